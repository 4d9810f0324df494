"""Messages about visits: booked, moved, cancelled, and reminders.

The texts are composed just before a message is sent, from the visit as it is then; None
when a later event, a cancellation or the visit's start has made the message pointless. They
name the service and the department only for recipients who have chosen that.
"""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.messages.notices import Attachment, Notice, Topic, Words, register
from accounts.models import Message
from booking.calendar.ics import Method
from booking.models import Booking, BookingEvent
from booking.notices.audience import at, is_for_other, may_know, page_of, see_why, when
from booking.queries.actors import Actors, is_own
from booking.queries.feeds import file_of_visit, names_service
from booking.queries.grants import kind_of_booking
from departments.models import KindOfTime
from departments.phones import phone_of

Kind = BookingEvent.Kind

DAY_BEFORE, HOURS_BEFORE = "visit.day_before", "visit.hours_before"


def kinds_of(event: BookingEvent) -> dict[str, str]:
    """The kinds of notice about the event; the recipient's depends on who did it."""
    own = is_own(event, event.booking.recipient)
    return {
        "kind": f"visit.{event.kind}" if own else f"visit.{event.kind}_by_others",
        "kind_for_others": f"visit.{event.kind}_for_others",
    }


def register_all() -> None:
    for kind in Kind:
        for name, topic in (
            (f"visit.{kind}", Topic.CONFIRMATION),
            (f"visit.{kind}_by_others", Topic.BY_OTHERS),
            (f"visit.{kind}_for_others", Topic.FOR_OTHERS),
        ):
            register(Notice(name, topic, compose_event, may_disturb=True))
    register(Notice(DAY_BEFORE, Topic.DAY_BEFORE, compose_reminder))
    register(Notice(HOURS_BEFORE, Topic.HOURS_BEFORE, compose_reminder))


def compose_event(message: Message) -> Words | None:
    """A visit was booked, moved or cancelled. None when a later event replaces this one."""
    later = BookingEvent.objects.filter(booking=OuterRef("booking"), pk__gt=OuterRef("pk"))
    event = (
        BookingEvent.objects.select_related("booking__recipient", "booking__service__department")
        .filter(~Exists(later), pk=message.facts["event"])
        .first()
    )
    if event is None:
        return None
    booking = event.booking
    at = booking.starts_at
    recipient = booking.recipient
    if at <= timezone.now() or not may_know(message, recipient):
        return None
    known, before = _known_before(event, message)
    kind, whose = Kind(event.kind), _whose(event, message)
    if kind is Kind.MOVED and known and before == at:
        return None  # moved and moved back since the last message
    values = {"when": when(at), "name": recipient.given_name}
    lines = [_TEXTS[kind][whose]() % values]
    if before and before != at:
        lines.append(_("It was %(when)s before.") % {"when": when(before)})
    if event.reason and event.by_id != message.user_id:
        lines.append(see_why(message))
    lines += _details(booking, message)
    if kind is Kind.CANCELLED and message.channel == Message.Channel.EMAIL:
        lines.append(_remove_from_calendar())
    method = Method.CANCEL if kind is Kind.CANCELLED else Method.PUBLISH
    return Words(
        subject=(_SUBJECTS_FOR_OTHERS if is_for_other(message, recipient) else _SUBJECTS)[kind](),
        lines=tuple(lines),
        path=page_of(recipient, message, reverse("booking:visit", args=[booking.pk])),
        attachment=_attachment(event, message, method),
        phone=phone_of(booking.service.department),
    )


def _known_before(event: BookingEvent, message: Message) -> tuple[bool, dt.datetime | None]:
    """Whether the addressee has had a message about the visit, and the time that the visit
    had then; None when it has not been moved since."""
    if event.kind == Kind.BOOKED:  # always the first event
        return False, None
    earlier = Message.objects.filter(
        # Users who have turned such messages off did it themselves: they know.
        Q(state=Message.State.SENT) | Q(why=Message.Why.NOT_WANTED),
        user=message.user_id,
        subject_id=message.subject_id,
        about_id=event.booking_id,
        facts__event__lt=event.pk,
    )
    last = max(earlier.values_list("facts__event", flat=True), default=0)
    moves = event.booking.events.filter(kind=Kind.MOVED, pk__gt=last, pk__lte=event.pk)
    first = moves.order_by("pk").first()
    return last > 0, first.from_starts_at if first else None


def compose_reminder(message: Message) -> Words | None:
    """A reminder. None when the visit was moved or cancelled since it was planned."""
    assert message.about_id is not None
    booking = (
        Booking.objects.confirmed()
        .select_related("service__department", "recipient", "grant")
        .filter(pk=message.about_id, starts_at=dt.datetime.fromisoformat(message.facts["at"]))
        .first()
    )
    if booking is None or booking.starts_at <= timezone.now():
        return None
    recipient = booking.recipient
    if not may_know(message, recipient):
        return None
    day = dates.near_day(booking.starts_at, get_language(), today=timezone.localdate())
    text = (
        _("Remember that %(name)s has an appointment %(day)s %(clock)s.")
        if is_for_other(message, recipient)
        else _("Remember that you have an appointment %(day)s %(clock)s.")
    )
    details = _details(booking, message)
    if details and kind_of_booking(booking) == KindOfTime.SET:
        details.append(_("The municipality sets this time."))
    lines = [
        text % {"day": day, "clock": at(booking.starts_at), "name": recipient.given_name},
        *details,
    ]
    return Words(
        subject=_("Remember your appointment"),
        lines=tuple(lines),
        path=page_of(recipient, message, reverse("booking:visit", args=[booking.pk])),
        phone=phone_of(booking.service.department),
    )


def _whose(event: BookingEvent, message: Message) -> str:
    """The key of the text: "other" for a mandate holder, else who did it."""
    recipient = event.booking.recipient
    return "other" if is_for_other(message, recipient) else Actors(recipient).of(event)


_SUBJECTS = {
    Kind.BOOKED: lambda: _("Your appointment is booked"),
    Kind.MOVED: lambda: _("Your appointment is moved"),
    Kind.CANCELLED: lambda: _("Your appointment is cancelled"),
}
_SUBJECTS_FOR_OTHERS = {
    Kind.BOOKED: lambda: _("An appointment is booked"),
    Kind.MOVED: lambda: _("An appointment is moved"),
    Kind.CANCELLED: lambda: _("An appointment is cancelled"),
}
_TEXTS = {
    Kind.BOOKED: {
        "own": lambda: _("You have an appointment %(when)s."),
        "staff": lambda: _("We have booked an appointment for you %(when)s."),
        "helper": lambda: _("Somebody who helps you has booked an appointment %(when)s."),
        "other": lambda: _("%(name)s has an appointment %(when)s."),
    },
    Kind.MOVED: {
        "own": lambda: _("Your appointment is moved to %(when)s."),
        "staff": lambda: _("We have moved your appointment to %(when)s."),
        "helper": lambda: _("Somebody who helps you has moved your appointment to %(when)s."),
        "other": lambda: _("The appointment of %(name)s is moved to %(when)s."),
    },
    Kind.CANCELLED: {
        "own": lambda: _("Your appointment %(when)s is cancelled."),
        "staff": lambda: _("We have cancelled your appointment %(when)s."),
        "helper": lambda: _("Somebody who helps you has cancelled your appointment %(when)s."),
        "other": lambda: _("The appointment of %(name)s %(when)s is cancelled."),
    },
}


def _names_service(booking: Booking, message: Message) -> bool:
    """Whether both the addressee and the recipient want the service named. Not in text
    messages to a number that the addressee has not confirmed."""
    is_sms = message.channel == Message.Channel.SMS
    if is_sms and not (message.user and message.user.phone_is_confirmed):
        return False
    users = {message.user_id, booking.recipient.user_id or message.user_id}
    if message.user and users == {message.user_id}:
        choices = getattr(message.user, "message_choices", None)
        return bool(choices and choices.names_service)
    return names_service(*users)


def _details(booking: Booking, message: Message) -> list[str]:
    if not _names_service(booking, message):
        return []
    department = booking.service.department
    return [
        _("%(service)s from %(department)s.")
        % {"service": booking.service.name, "department": department.name}
    ]


def _remove_from_calendar() -> str:
    """A file with METHOD:CANCEL removes the entry in most programs. Outlook only does that for
    meetings that it was invited to, and leaves an entry that a file has added."""
    return _(
        "Is it in your calendar? Open the file to remove it. "
        "Outlook and some others keep it: there you must delete it yourself."
    )


def _attachment(event: BookingEvent, message: Message, method: Method) -> Attachment | None:
    if message.channel != Message.Channel.EMAIL:
        return None
    return Attachment(
        name=_("appointment.ics"),
        content=file_of_visit(
            event.booking,
            changed_at=event.at,
            method=method,
            names_service=_names_service(event.booking, message),
        ),
        mimetype=f"text/calendar; method={method.value}",  # the e-mail adds the charset
    )
