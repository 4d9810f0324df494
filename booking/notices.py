"""What recipients are told about their visits, in words.

Each function here is asked just before a message goes out, and looks at the visit once
more: what has been overtaken, called off or has begun is not told. Discreet unless the
person asked otherwise: an appointment and its time, neither what nor from whom.
"""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.models import Message
from accounts.notices import Attachment, Notice, Topic, Words, register
from booking.calendar_file import Method
from booking.calendars import file_of_visit, names_service
from booking.models import Booking, BookingEvent
from departments.models import Employee

Kind = BookingEvent.Kind

DAY_BEFORE, HOURS_BEFORE = "visit.day_before", "visit.hours_before"


def kind_of(event: BookingEvent) -> str:
    """The kind of notice that tells of it, by whose doing it was."""
    by_others = event.by_id is not None and event.by_id != event.booking.recipient.user_id
    return f"visit.{event.kind}_by_others" if by_others else f"visit.{event.kind}"


def register_all() -> None:
    for kind in Kind:
        for name, topic in (
            (f"visit.{kind}", Topic.CONFIRMATION),
            (f"visit.{kind}_by_others", Topic.BY_OTHERS),
        ):
            register(Notice(name, topic, tell_event, may_disturb=True))
    register(Notice(DAY_BEFORE, Topic.DAY_BEFORE, remind))
    register(Notice(HOURS_BEFORE, Topic.HOURS_BEFORE, remind))


def tell_event(message: Message) -> Words | None:
    """That a visit was booked, moved or cancelled; None when that has been overtaken."""
    event = (
        BookingEvent.objects.select_related("booking__recipient", "booking__service__department")
        .filter(pk=message.facts["event"])
        .first()
    )
    if event is None or event.booking.events.filter(pk__gt=event.pk).exists():
        return None
    booking = event.booking
    at = booking.starts_at
    if at <= timezone.now():
        return None
    kind, whose = Kind(event.kind), _whose(event)
    lines = [_SAYS[kind][whose]() % {"when": when(at)}]
    if kind is Kind.MOVED and event.from_starts_at:
        lines.append(_("It was %(when)s before.") % {"when": when(event.from_starts_at)})
    if event.reason and whose != "own":
        lines.append(_("Reason: %(reason)s") % {"reason": event.reason})
    if kind is not Kind.CANCELLED:
        lines += _details(booking, message)
    method = Method.CANCEL if kind is Kind.CANCELLED else Method.PUBLISH
    return Words(
        subject=_SUBJECTS[kind](),
        lines=tuple(lines),
        path=reverse("booking:visit", args=[booking.pk]),
        attachment=_attachment(booking, message, method),
    )


def remind(message: Message) -> Words | None:
    """Of a visit that stands where it stood when the reminder was made."""
    assert message.about_id is not None
    booking = (
        Booking.objects.confirmed()
        .select_related("service__department")
        .filter(pk=message.about_id, starts_at=dt.datetime.fromisoformat(message.facts["at"]))
        .first()
    )
    if booking is None or booking.starts_at <= timezone.now():
        return None
    language = get_language()
    day = dates.near_day(booking.starts_at, language, today=timezone.localdate())
    lines = [
        _("Remember that you have an appointment %(day)s %(clock)s.")
        % {"day": day, "clock": _at(booking.starts_at)},
        *_details(booking, message),
    ]
    return Words(
        subject=_("Remember your appointment"),
        lines=tuple(lines),
        path=reverse("booking:visit", args=[booking.pk]),
    )


def when(instant: dt.datetime) -> str:
    """ "tirsdag 24. november klokka 10.00", in the active language."""
    this_year = timezone.localdate().year
    return f"{dates.day(instant, get_language(), this_year=this_year)} {_at(instant)}"


def _at(instant: dt.datetime) -> str:
    language = get_language()
    return dates.words(language).at.format(clock=dates.clock(instant, language))


def _whose(event: BookingEvent) -> str:
    """Whose doing: one's "own", "ours" (the department's staff) or a "helper"'s."""
    booking = event.booking
    if event.by_id is None or event.by_id == booking.recipient.user_id:
        return "own"
    staff = Employee.objects.filter(
        person_id=event.by_id, department=booking.service.department_id
    )
    return "ours" if staff.active(timezone.localdate(event.at)).exists() else "helper"


_SUBJECTS = {
    Kind.BOOKED: lambda: _("Your appointment is booked"),
    Kind.MOVED: lambda: _("Your appointment is moved"),
    Kind.CANCELLED: lambda: _("Your appointment is cancelled"),
}
_SAYS = {
    Kind.BOOKED: {
        "own": lambda: _("You have an appointment %(when)s."),
        "ours": lambda: _("We have booked an appointment for you %(when)s."),
        "helper": lambda: _("Somebody who helps you has booked an appointment %(when)s."),
    },
    Kind.MOVED: {
        "own": lambda: _("Your appointment is moved to %(when)s."),
        "ours": lambda: _("We have moved your appointment to %(when)s."),
        "helper": lambda: _("Somebody who helps you has moved your appointment to %(when)s."),
    },
    Kind.CANCELLED: {
        "own": lambda: _("Your appointment %(when)s is cancelled."),
        "ours": lambda: _("We have cancelled your appointment %(when)s."),
        "helper": lambda: _("Somebody who helps you has cancelled your appointment %(when)s."),
    },
}


def _details(booking: Booking, message: Message) -> list[str]:
    if not names_service(message.user_id):
        return []
    department = booking.service.department
    return [
        _("%(service)s from %(department)s.")
        % {"service": booking.service.name, "department": department.name}
    ]


def _attachment(booking: Booking, message: Message, method: Method) -> Attachment | None:
    if message.channel != Message.Channel.EMAIL:
        return None
    return Attachment(
        name=_("appointment.ics"),
        content=file_of_visit(
            booking, method=method, names_service=names_service(message.user_id)
        ),
        mimetype=f"text/calendar; method={method.value}; charset=utf-8",
    )
