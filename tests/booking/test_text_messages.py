"""Every text message of every kind fits in two parts, in each language, with ordinary names."""

import datetime as dt
import uuid
from itertools import chain, product

import pytest
from django.utils import timezone, translation

from accounts.messages import addresses, notices
from accounts.messages.texts import REPLACED, is_gsm7, parts, text_of
from accounts.models import Message, MessageChoices
from booking import quota
from booking.models import BookingEvent, BookingSeries, SeriesDate, VisitRequest
from booking.notices import (
    charges,
    essential,
    mandates,
    patterns,
    pauses,
    series,
    visit_requests,
    visits,
    wishes,
)
from tests import factories
from tests.factories import local

pytestmark = pytest.mark.django_db

Kind, Via = BookingEvent.Kind, BookingEvent.Via
DAY = dt.date(2026, 11, 25)  # a Wednesday: the longest name of a day
CODE = "code"  # sent without the outbox


@pytest.fixture(autouse=True)
def opened(clock, hours, service, department):
    hours(staff=2)
    department.phone, department.name = "33 00 10 10", "Hjemmetjenesten Fjordvik nord"
    department.save()
    service.name = "Hjelp til personlig hygiene"
    service.save()


@pytest.fixture
def holder(recipient):
    recipient.given_name = "Kristoffer"
    recipient.save()
    mandate = factories.MandateFactory(recipient=recipient, is_told=True)
    for user in (recipient.user, mandate.holder):
        MessageChoices.objects.create(user=user, names_service=True)
    return mandate.holder


def message(kind, user, recipient, **values):
    return Message(
        kind=kind, user=user, subject_id=recipient.pk, channel=Message.Channel.SMS, **values
    )


def of_events(recipient, service, holder, administrator):
    """After a move that was not announced, with a reason."""
    actors = [(recipient.user, Via.ONLINE), (holder, Via.HELPER), (administrator, Via.PHONE)]
    for hour, (last, (by, via)) in enumerate(product(Kind, actors)):
        booking = factories.BookingFactory(
            recipient=recipient, service=service, starts_at=local(DAY, 8 + hour)
        )
        if last is not Kind.BOOKED:
            was = booking.starts_at - dt.timedelta(days=6)
            booking.events.create(kind=Kind.MOVED, from_starts_at=was, by=by, via=via)
        event = booking.events.create(kind=last, by=by, via=via, reason="Somebody fell ill")
        for suffix, to in (("", recipient.user), ("_by_others", recipient.user),
                           ("_for_others", holder)):  # fmt: skip
            yield message(
                f"visit.{last}{suffix}", to, recipient, about_id=booking.pk,
                facts={"event": event.pk},
            )  # fmt: skip
    for kind, to in product([visits.DAY_BEFORE, visits.HOURS_BEFORE], [recipient.user, holder]):
        facts = {"at": booking.starts_at.isoformat()}
        yield message(kind, to, recipient, about_id=booking.pk, facts=facts)


def of_series(recipient, service, holder):
    mandate = factories.MandateFactory(recipient=recipient, revoked_at=timezone.now())
    found = factories.BookingSeriesFactory(
        recipient=recipient, service=service, first_date=DAY, mandate=mandate, by=mandate.holder
    )
    date = found.dates.create(date=DAY, state=SeriesDate.State.MISSED)
    last = factories.BookingFactory(recipient=recipient, service=service, starts_at=local(DAY, 19))
    found.dates.create(date=DAY + dt.timedelta(days=7), state="booked", booking=last)
    for kind, to in (
        (series.WAITS, recipient.user),
        (series.WAITS_FOR_OTHERS, holder),
        (series.ENDED, recipient.user),
        (series.ENDED_FOR_OTHERS, holder),
    ):
        yield message(kind, to, recipient, about_id=found.pk)
    for why, ended in product(SeriesDate.Why, ["", BookingSeries.Ended.NO_GRANT]):
        date.why, found.why_ended = why, ended
        date.save(update_fields=["why"])
        found.save(update_fields=["why_ended"])
        for kind, to in ((series.MISSED, recipient.user), (series.MISSED_FOR_OTHERS, holder)):
            yield message(kind, to, recipient, about_id=found.pk, facts={"date": str(DAY)})


def of_pauses(recipient, service, holder, administrator):
    pause = factories.PauseFactory(
        recipient=recipient, last_day=None, cancelled=[uuid.uuid4() for _ in range(12)]
    )
    facts = {"pause": str(pause.pk)}
    for kind in (pauses.CARER, pauses.DEPARTMENT):
        yield message(kind, administrator, recipient, about_id=service.department_id, facts=facts)
    for kind in (pauses.BEGUN, pauses.STOPPED, pauses.STANDS, pauses.ENDED):
        if kind == pauses.ENDED:
            pause.ended_at = timezone.now()
            pause.save()
        for one, to in (
            (kind, recipient.user),
            (pauses.by_others(kind), recipient.user),
            (pauses.for_others(kind), holder),
        ):
            yield message(one, to, recipient, about_id=pause.pk)


def of_patterns(recipient, service, holder):
    """From a date, until a date, and ended."""
    pattern = factories.PatternFactory(
        recipient=recipient, service=service, times=[dt.time(8), dt.time(20)], first_date=DAY
    )
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    for last in (None, DAY + dt.timedelta(days=30), yesterday):
        pattern.first_date, pattern.last_date = min(DAY, last or DAY), last
        pattern.save()
        for kind, to in (
            (patterns.PLANNED, recipient.user),
            (patterns.PLANNED_FOR_OTHERS, holder),
        ):
            yield message(kind, to, recipient, about_id=pattern.pk)


def of_requests(recipient, service, holder):
    booking = factories.BookingFactory(
        recipient=recipient, service=service, starts_at=local(DAY, 7)
    )
    asked = VisitRequest.objects.create(
        booking=booking, kind="unwanted", answer="kept", answered_at=timezone.now()
    )
    for kind, to in (
        (visit_requests.KEPT, recipient.user),
        (visit_requests.KEPT_FOR_OTHERS, holder),
    ):
        yield message(kind, to, recipient, about_id=asked.pk)


def of_charges(recipient, service, holder):
    """Not made, and then counted after all."""
    for hour, counts in enumerate((False, True)):
        booking = factories.BookingFactory(
            recipient=recipient,
            service=service,
            starts_at=local(DAY, 5 + hour),
            uncharged_at=None if counts else timezone.now(),
        )
        for kind, to in (
            (charges.CHARGE, recipient.user),
            (charges.CHARGE_FOR_OTHERS, holder),
        ):
            found = message(kind, to, recipient, about_id=booking.pk, facts={"counts": counts})
            if counts:
                state = Message.State.SENT
                message(
                    kind, to, recipient, about_id=booking.pk, facts={"counts": False},
                    key=str(booking.pk), state=state, ended_at=timezone.now(),
                    expires_at=timezone.now(), due_at=timezone.now(),
                ).save()  # fmt: skip
            yield found


def others(recipient, service, holder, administrator):
    mandate = recipient.mandates.first()
    for kind in (mandates.GIVEN, mandates.ENDED, mandates.LEFT):
        yield message(kind, recipient.user, recipient, about_id=mandate.pk)
    wish = factories.SlotWishFactory(recipient=recipient, service=service, date=DAY)
    for to in (recipient.user, holder):
        facts = {"at": local(DAY, 8).astimezone(dt.UTC).isoformat()}
        yield message(wishes.OPENING, to, recipient, about_id=wish.pk, facts=facts)
    grant = factories.GrantFactory(service=service, is_essential=True)
    yield message(
        essential.UNBOOKED,
        administrator,
        recipient,
        about_id=service.department_id,
        facts={
            "period": grant.period,
            "last_day": str(quota.period_of(grant.period, timezone.localdate())[1]),
        },
    )


def texts(recipient, service, holder, administrator):
    """The kind and the words of each message, in the active language."""
    yield CODE, addresses.code("123456")
    people = (recipient, service, holder)
    for one in chain(
        others(*people, administrator),
        of_events(*people, administrator),
        of_series(*people),
        of_pauses(*people, administrator),
        of_patterns(*people),
        of_requests(*people),
        of_charges(*people),
    ):
        yield one.kind, notices.find(one.kind).compose(one)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_text_message_is_whole_in_two_parts_of_gsm7(
    language, translated, recipient, service, holder, administrator
):
    seen = set()
    with translation.override(language):
        for kind, words in texts(recipient, service, holder, administrator):
            assert words is not None, kind
            text = text_of(words)
            seen.add(kind)
            assert is_gsm7(text), text
            assert parts(text) <= 2, (len(text), text)
            assert words.lines[-1].translate(REPLACED) in text, f"cut: {text}"
    by_mail = {notice.kind for notice in notices._notices.values() if notice.over}
    assert seen - {CODE} == notices._notices.keys() - by_mail
