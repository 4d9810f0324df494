from django.apps import AppConfig


class ServiceShopConfig(AppConfig):
    """The project itself: management commands, the demonstration, error pages."""

    name = "serviceshop"
