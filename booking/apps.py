from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from accounts.signals import phone_changes
        from booking.actions.recipients import keep_phone
        from booking.notices import essential as essential_notices
        from booking.notices import mandates as mandate_notices
        from booking.notices import series as series_notices
        from booking.notices import visits as notices
        from booking.notices import wishes as wish_notices
        from booking.seats import SeatsOfVisits
        from departments import seats

        seats.register(SeatsOfVisits())
        phone_changes.connect(keep_phone, dispatch_uid="booking.recipients")
        notices.register_all()
        series_notices.register_all()
        wish_notices.register_all()
        mandate_notices.register_all()
        essential_notices.register_all()
