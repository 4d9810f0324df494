"""Visits at which the carer got no contact: which are open, and what to do at one."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from booking.models import Contact, KeyFacts, Recipient, Visit
from booking.queries.grants import kind_of_booking
from departments.models import Department, KindOfTime, NoContactStep, Service
from departments.phones import staff_phone_of
from departments.queries import no_contact_steps, texts_of_step
from workflow.models import Attempt, NoContact, Report
from workflow.queries.keys import keys_of_visit
from workflow.queries.work_lists import MyDay, Stop

Shows = NoContactStep.Shows


class NumberToCall(NamedTuple):
    name: str
    phone: str
    contact_id: uuid.UUID | None = None
    relation: str = ""


@dataclass(frozen=True)
class StepToDo:
    """One step, with whom to call and what has been tried. ``number`` counts from 1.

    ``has_nobody``: it is about contacts, and none is registered.
    """

    number: int
    text: str
    fact: str = ""
    calls: list[NumberToCall] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    is_next: bool = False
    has_nobody: bool = False
    keys: KeyFacts | None = None


def needs_contact(visit: Visit) -> bool:
    """Whether somebody must meet the recipient after *no contact*: services at home, and those
    by phone of which the municipality sets the times."""
    booking = visit.booking
    if booking.service.place == Service.Place.REMOTE:
        return kind_of_booking(booking) == KindOfTime.SET
    return booking.service.place == Service.Place.HOME


def unclosed_no_contacts(departments: Collection[Department]) -> QuerySet[NoContact]:
    """Those that are not closed; first those where nobody has met the recipient."""
    return (
        NoContact.objects.filter(visit__day__department__in=departments, closed_at=None)
        .select_related(
            "visit__booking__recipient",
            "visit__booking__service",
            "visit__day__department",
            "opened_by",
            "confirmed_by",
        )
        .order_by(F("confirmed_at").asc(nulls_first=True), "opened_at", "pk")
    )


def open_stops(my_day: MyDay) -> list[Stop]:
    """The carer's visits of the day that are without contact until somebody has met the
    recipient. Needs no query when none was reported so."""
    found = {
        stop.visit.pk: stop
        for stop in my_day.reported
        if stop.report and stop.report.outcome == Report.Outcome.NO_CONTACT
    }
    if not found:
        return []
    ids = NoContact.objects.filter(visit__in=found, confirmed_at=None)
    return [found[visit_id] for visit_id in ids.values_list("visit", flat=True)]


def no_contact_of_visit(visit: Visit) -> NoContact | None:
    """The visit's latest one that is not closed."""
    found = NoContact.objects.filter(visit=visit, closed_at=None)
    return found.select_related("visit__day__department", "confirmed_by").last()


def steps_to_do(found: NoContact, at: dt.datetime, *, is_carer: bool = False) -> list[StepToDo]:
    """The service's steps. The carer at the door sees what is confidential, and the keys;
    others do not."""
    visit = found.visit
    recipient, service = visit.booking.recipient, visit.booking.service
    attempts = list(found.attempts.select_related("by", "contact"))
    steps: list[StepToDo] = []
    is_found = False
    for step in no_contact_steps(service):
        texts = texts_of_step(step)
        own = [one for one in attempts if one.step in texts]
        attempts = [one for one in attempts if one not in own]
        is_next = not is_found and not own
        is_found = is_found or is_next
        calls = _calls(step, found, at, is_carer=is_carer)
        steps.append(
            StepToDo(
                number=len(steps) + 1,
                text=step.text,
                fact=_fact(step, recipient, is_carer=is_carer),
                calls=calls,
                attempts=own,
                is_next=is_next,
                has_nobody=step.shows == Shows.CONTACTS and not calls,
                keys=keys_of_visit(visit, at) if is_carer and step.shows == Shows.KEY else None,
            )
        )
    # The department has changed the steps meanwhile: what was tried is kept.
    gone = {one.step: [each for each in attempts if each.step == one.step] for one in attempts}
    return steps + [StepToDo(number=0, text=text, attempts=tried) for text, tried in gone.items()]


def _fact(step: NoContactStep, recipient: Recipient, *, is_carer: bool) -> str:
    if step.shows != Shows.KEY:
        return ""
    return recipient.directions if is_carer else recipient.shown_directions


def _calls(
    step: NoContactStep, found: NoContact, at: dt.datetime, *, is_carer: bool
) -> list[NumberToCall]:
    recipient = found.visit.booking.recipient
    calls = []
    if step.phone:
        calls.append(NumberToCall("", step.phone))
    if step.shows == Shows.PERSON:
        phone = recipient.phone if is_carer else recipient.shown_phone
        calls.append(NumberToCall(recipient.full_name, phone))
    elif step.shows == Shows.DUTY:
        department = found.visit.day.department
        calls.append(NumberToCall(_("Duty phone"), staff_phone_of(department, at)))
    elif step.shows == Shows.CONTACTS:
        for contact in Contact.objects.filter(recipient=recipient, is_called=True):
            contact.recipient = recipient
            name = contact.name if is_carer else contact.shown_name
            phone = contact.phone if is_carer else contact.shown_phone
            calls.append(NumberToCall(name, phone, contact.pk, contact.relation))
    return [one for one in calls if one.phone or one.contact_id]
