"""A department's services, and the municipality's qualifications."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from departments.models import Department, NoContactStep, Qualification, Service


def services_of(department: Department) -> QuerySet[Service]:
    """Bookable services first, each with its qualifications."""
    return department.services.prefetch_related("qualifications").order_by("-is_active", "name")


def all_qualifications() -> QuerySet[Qualification]:
    return Qualification.objects.all()


def no_contact_steps(service: Service) -> list[NoContactStep]:
    """What a carer does when nobody opens: the service's steps, or the defaults in the active
    language (not saved)."""
    return list(service.no_contact_steps.all()) or _default_steps()


def _default_steps() -> list[NoContactStep]:
    Shows = NoContactStep.Shows
    steps = [
        (_("Knock, ring the bell and call"), Shows.PERSON),
        (_("Call the relatives"), Shows.CONTACTS),
        (_("Fetch the key, and go in with a colleague"), Shows.KEY),
        (_("Call the duty phone"), Shows.DUTY),
    ]
    return [
        NoContactStep(position=n, text=text, shows=shows)
        for n, (text, shows) in enumerate(steps, start=1)
    ]
