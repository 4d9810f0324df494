from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        from departments import history, invitations

        invitations.register_all()
        history.register_all()
