from django.apps import AppConfig


class ServiceShopConfig(AppConfig):
    """The project package: management commands, the demonstration, error pages."""

    name = "serviceshop"
