from celery import shared_task


@shared_task
def lay_out_days() -> None:
    """Lay out each department's bookable days. Runs every hour; finds new work once a night."""
    from departments import actions
    from departments.models import Department

    for department in Department.objects.all():
        actions.lay_out_horizon(department)
