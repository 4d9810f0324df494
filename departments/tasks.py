from celery import shared_task


@shared_task
def lay_out_days() -> None:
    """Every night: each department's days stand ready as far as they can be booked."""
    from departments.actions.days import lay_out_horizon
    from departments.models import Department

    for department in Department.objects.all():
        lay_out_horizon(department)
