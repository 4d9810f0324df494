from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset, password_set
        from anymail.signals import tracking
        from django.contrib.auth.signals import user_logged_in

        from accounts import history, known_devices, sessions
        from accounts.messages import addresses, bounces

        tracking.connect(bounces.on_tracking_event, dispatch_uid="accounts.messages.bounces")
        user_logged_in.connect(known_devices.remember_log_in, dispatch_uid="known_devices")
        for changed in (password_changed, password_set, password_reset):
            changed.connect(sessions.end_others, dispatch_uid="accounts.sessions")
        addresses.register_all()
        history.register_all()
