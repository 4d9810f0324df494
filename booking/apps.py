from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from accounts.signals import name_changes, phone_changes
        from booking import queries, tasks
        from booking.actions import keep_name, keep_phone, register_invitation_kinds
        from booking.actions.patterns import day_to_plan
        from booking.notices import register_all
        from booking.seats import SeatsOfVisits
        from departments import removals, seats
        from departments.queries import register_former

        seats.register(SeatsOfVisits())
        phone_changes.connect(keep_phone, dispatch_uid="booking.recipients")
        name_changes.connect(keep_name, dispatch_uid="booking.recipients")
        day_to_plan.connect(tasks.request_missing, dispatch_uid="booking.patterns")
        queries.register_changes()
        removals.register(queries.find_removed)
        register_former(queries.former_among)
        register_all()
        register_invitation_kinds()
