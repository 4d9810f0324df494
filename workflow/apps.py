from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        from booking import outcomes
        from departments.signals import day_changed
        from workflow import tasks
        from workflow.outcomes import ReportedOutcomes

        day_changed.connect(tasks.ring, dispatch_uid="workflow.ring")
        outcomes.register(ReportedOutcomes())
