"""A department's services, and the municipality's qualifications."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from departments.models import Department, NoContactStep, Qualification, Service


def services_of(department: Department) -> QuerySet[Service]:
    """Bookable services first, each with its qualifications."""
    return department.services.prefetch_related("qualifications").order_by("-is_active", "name")


def all_qualifications() -> QuerySet[Qualification]:
    return Qualification.objects.all()


# What a carer does when nobody opens, unless the department has written something else.
_DEFAULT_STEPS = [
    (gettext_noop("Knock, ring the bell and call"), NoContactStep.Shows.PERSON),
    (gettext_noop("Call the relatives"), NoContactStep.Shows.CONTACTS),
    (gettext_noop("Fetch the key, and go in with a colleague"), NoContactStep.Shows.KEY),
    (gettext_noop("Call the duty phone"), NoContactStep.Shows.DUTY),
]


def no_contact_steps(service: Service) -> list[NoContactStep]:
    """What a carer does when nobody opens: the service's steps, or the defaults in the active
    language (not saved)."""
    return list(service.no_contact_steps.all()) or [
        NoContactStep(position=position, text=gettext(text), shows=shows)
        for position, (text, shows) in enumerate(_DEFAULT_STEPS, start=1)
    ]


def texts_of_step(step: NoContactStep) -> set[str]:
    """The step's text; that of a default in each language, since carers and administrators may
    read it in different ones."""
    if step.service_id is not None:
        return {step.text}
    text, _shows = _DEFAULT_STEPS[step.position - 1]
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(gettext(text))
    return found
