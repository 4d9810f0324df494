from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        from booking import outcomes
        from departments.signals import day_changed
        from workflow import history, tasks
        from workflow.outcomes import ReportedOutcomes

        day_changed.connect(tasks.request_plan, dispatch_uid="workflow.request_plan")
        outcomes.register(ReportedOutcomes())
        history.register_all()
