from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from booking.supply import SeatsOfVisits
        from departments import seats

        seats.register(SeatsOfVisits())
