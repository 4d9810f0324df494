from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from anymail.signals import tracking

        from accounts import address_notices, bounces

        tracking.connect(bounces.hear, dispatch_uid="accounts.bounces")
        address_notices.register_all()
