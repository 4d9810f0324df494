from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from anymail.signals import tracking

        from accounts.messages import addresses as address_notices
        from accounts.messages import bounces

        tracking.connect(bounces.hear, dispatch_uid="accounts.messages.bounces")
        address_notices.register_all()
