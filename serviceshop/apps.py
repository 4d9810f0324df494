from django.apps import AppConfig


class ServiceShopConfig(AppConfig):
    """The project package: management commands, the demonstration, error pages."""

    name = "serviceshop"

    def ready(self) -> None:
        from serviceshop import checks  # noqa: F401 -- registers them
