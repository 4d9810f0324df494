from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from accounts.signals import phone_changes
        from booking import (
            essential_notices,
            mandate_notices,
            notices,
            series_notices,
            wish_notices,
        )
        from booking.actions.recipients import keep_phone
        from booking.supply import SeatsOfVisits
        from departments import seats

        seats.register(SeatsOfVisits())
        phone_changes.connect(keep_phone, dispatch_uid="booking.recipients")
        notices.register_all()
        series_notices.register_all()
        wish_notices.register_all()
        mandate_notices.register_all()
        essential_notices.register_all()
