from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        from departments.invitations import register_all

        register_all()
