from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from anymail.signals import tracking

        from accounts.messages import addresses, bounces

        tracking.connect(bounces.on_tracking_event, dispatch_uid="accounts.messages.bounces")
        addresses.register_all()
