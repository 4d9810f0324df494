"""A recipient's statuses laid over a whole day are those of each slot by itself."""

import datetime as dt
import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.calendar.offers import Slot
from booking.models import Grant
from booking.queries.entitlement import Entitlement
from booking.queries.free import SharedDay
from booking.queries.local_time import local_date
from booking.queries.own_booking_rows import OwnBooking
from booking.queries.slots import laid_over
from departments.models import Department, Service

DATE = dt.date(2026, 11, 25)
MIDNIGHT = int(dt.datetime(2026, 11, 24, 23, tzinfo=dt.UTC).timestamp())
QUARTER = 900
SERVICE = Service(
    id=uuid.uuid4(), minutes=60, department=Department(minimum_notice_minutes=120, slot_minutes=30)
)
OTHER = uuid.uuid4()


@st.composite
def days(draw):
    numbers = draw(st.lists(st.integers(0, 47), unique=True, max_size=30))
    starts = {MIDNIGHT + 1800 * n: draw(st.booleans()) for n in numbers}
    return SharedDay.of(
        DATE, starts, draw(st.sampled_from([900, 1800, 3600, 7200])), has_shifts=True
    )


@st.composite
def people(draw):
    """Entitlements with bookings of any length that don't overlap, and no, one or two grants."""
    own, at = [], MIDNIGHT - 96 * QUARTER
    while at < MIDNIGHT + 96 * QUARTER and draw(st.booleans()):
        at += QUARTER * draw(st.integers(0, 60))
        ends = at + QUARTER * draw(st.integers(1, 12))
        own.append(OwnBooking(uuid.uuid4(), draw(st.sampled_from([SERVICE.pk, OTHER])), at, ends))
        at = ends
    grants = [
        Grant(
            service=SERVICE,
            amount=draw(st.integers(1, 120)),
            unit=draw(st.sampled_from(Grant.Unit.values)),
            period=draw(st.sampled_from(Grant.Period.values)),
            valid_from=first,
            valid_until=last,
            kind_of_time=draw(st.sampled_from(["free", "window", "window", "set"])),
            choice_from=draw(st.sampled_from([None, None, DATE, DATE + dt.timedelta(1)])),
            window_start=dt.time(draw(st.integers(0, 12))),
            window_end=dt.time(draw(st.integers(13, 23))),
            at_most_a_day=draw(st.sampled_from([None, 1, 2])),
            days_between=draw(st.sampled_from([None, None, 0, 1])),
        )
        for first, last in draw(
            st.sampled_from(
                [
                    [],
                    [(DATE, DATE)],
                    [(dt.date(2026, 1, 1), DATE - dt.timedelta(1)), (DATE, None)],
                    [(DATE + dt.timedelta(1), None)],
                ]
            )
        )
    ]
    now = MIDNIGHT + draw(st.integers(-30 * 3600, 30 * 3600))
    return Entitlement.known(SERVICE, grants, own, dt.datetime.fromtimestamp(now, dt.UTC))


@settings(max_examples=400, deadline=None)
@given(days(), people())
def test_a_day_laid_over_at_once_is_each_slot_by_itself(day, person):
    def alone(slot):
        starts, ends = (int(instant.timestamp()) for instant in (slot.starts_at, slot.ends_at))
        status = person.obstacle(starts, ends, local_date(starts)) or slot.status
        return Slot(slot.starts_at, slot.ends_at, status)

    assert laid_over(day, person).slots == tuple(map(alone, day.offer.slots))


@given(days())
def test_a_recipient_without_obstacles_gets_the_shared_object(day):
    grant = Grant(service=SERVICE, amount=1000, unit="minutes", valid_from=dt.date(2026, 1, 1))
    long_before = dt.datetime.fromtimestamp(MIDNIGHT - 7 * 86400, dt.UTC)
    assert laid_over(day, Entitlement.known(SERVICE, [grant], [], long_before)) is day.offer
