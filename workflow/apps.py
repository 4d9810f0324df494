from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        from departments.signals import day_changed
        from workflow import tasks

        day_changed.connect(tasks.ring, dispatch_uid="workflow.ring")
