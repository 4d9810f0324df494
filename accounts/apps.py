from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from anymail.signals import tracking

        from accounts import bounces

        tracking.connect(bounces.hear, dispatch_uid="accounts.bounces")
