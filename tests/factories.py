"""Rows with sensible defaults; each test states only what matters to it."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Coordinator, User
from booking.models import (
    AgreedTime,
    Booking,
    BookingSeries,
    Grant,
    Mandate,
    OwnPlan,
    Pattern,
    Pause,
    Recipient,
    SlotWish,
    Visit,
)
from departments.hours import Interval
from departments.models import (
    Absence,
    Day,
    Department,
    Employee,
    OpeningHours,
    Qualification,
    QualificationHeld,
    Service,
    Shift,
    SpecialDay,
    SpecialHours,
    TimeAway,
)

LONG_AGO = dt.date(2020, 1, 6)  # a Monday


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Family{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, **kwargs)


class CoordinatorFactory(DjangoModelFactory):
    class Meta:
        model = Coordinator

    user = factory.SubFactory(UserFactory)


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"Department {n}")


class QualificationFactory(DjangoModelFactory):
    class Meta:
        model = Qualification

    name = factory.Sequence(lambda n: f"Qualification {n}")


class QualificationHeldFactory(DjangoModelFactory):
    class Meta:
        model = QualificationHeld

    person = factory.SubFactory(UserFactory)
    qualification = factory.SubFactory(QualificationFactory)
    valid_from = LONG_AGO


class WithQualifications(DjangoModelFactory):
    """``qualifications=[…]`` fills the many-to-many field."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @factory.post_generation
    def qualifications(self, create, extracted, **kwargs):
        if create and extracted:
            self.qualifications.set(extracted)


class ServiceFactory(WithQualifications):
    class Meta:
        model = Service
        skip_postgeneration_save = True

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"Service {n}")
    minutes = 60


class EmployeeFactory(DjangoModelFactory):
    class Meta:
        model = Employee

    department = factory.SubFactory(DepartmentFactory)
    person = factory.SubFactory(UserFactory)
    role = Employee.Role.CARE_WORKER
    valid_from = LONG_AGO


class OpeningHoursFactory(WithQualifications):
    class Meta:
        model = OpeningHours
        skip_postgeneration_save = True

    department = factory.SubFactory(DepartmentFactory)
    weekday = 1
    opens_at = dt.time(8)
    closes_at = dt.time(16)
    staff = 1
    valid_from = LONG_AGO


class SpecialDayFactory(DjangoModelFactory):
    class Meta:
        model = SpecialDay

    department = factory.SubFactory(DepartmentFactory)
    date = factory.LazyFunction(timezone.localdate)
    name = "Planning day"


class SpecialHoursFactory(WithQualifications):
    class Meta:
        model = SpecialHours
        skip_postgeneration_save = True

    special_day = factory.SubFactory(SpecialDayFactory)
    opens_at = dt.time(10)
    closes_at = dt.time(14)
    staff = 1


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    person = factory.SubFactory(UserFactory)
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda absence: absence.starts_at + dt.timedelta(days=1))


class DayFactory(DjangoModelFactory):
    """A day laid out already, so that no action adds shifts of its own."""

    class Meta:
        model = Day

    department = factory.SubFactory(DepartmentFactory)
    date = factory.LazyFunction(timezone.localdate)
    laid_out_at = factory.LazyFunction(timezone.now)


class ShiftFactory(DjangoModelFactory):
    """A shift from 08 to 16 local time of its day; an empty ``person`` is unnamed."""

    class Meta:
        model = Shift

    day = factory.SubFactory(DayFactory)
    starts_at = factory.LazyAttribute(lambda shift: local(shift.day.date, 8))
    ends_at = factory.LazyAttribute(lambda shift: shift.starts_at + dt.timedelta(hours=8))
    is_manual = True


def take_away(shift, starts_at=None, ends_at=None, absence=None):
    """Make the shift's person away, all the time or between two instants."""
    period = Interval(starts_at or shift.starts_at, ends_at or shift.ends_at)
    absence = absence or AbsenceFactory(
        **({"person": shift.person} if shift.person else {}),
        starts_at=period.start,
        ends_at=period.end,
    )
    TimeAway.objects.create(
        shift=shift, absence=absence, starts_at=period.start, ends_at=period.end
    )
    shift.away = [period.start, period.end]
    shift.is_withdrawn = shift.away == [shift.starts_at, shift.ends_at]
    shift.save(update_fields=["away", "is_withdrawn"])
    return absence


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    given_name = factory.Sequence(lambda n: f"Recipient{n}")
    family_name = factory.Sequence(lambda n: f"Somebody{n}")
    phone = "90 00 00 00"
    address = "Storgata 1"


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    recipient = factory.SubFactory(RecipientFactory)
    service = factory.SubFactory(ServiceFactory)
    amount = 7
    valid_from = LONG_AGO


class MandateFactory(DjangoModelFactory):
    """A helper who may book, without an end."""

    class Meta:
        model = Mandate

    recipient = factory.SubFactory(RecipientFactory)
    holder = factory.SubFactory(UserFactory, acts_for_others=True)
    holder_name = factory.LazyAttribute(lambda mandate: mandate.holder.full_name)
    valid_from = LONG_AGO

    class Params:
        guardian = factory.Trait(kind=Mandate.Kind.GUARDIAN, reference="2026/17")


class BookingFactory(DjangoModelFactory):
    """A booking alone, without visits: ``booking.actions.book`` makes whole ones."""

    class Meta:
        model = Booking

    recipient = factory.SubFactory(RecipientFactory)
    service = factory.SubFactory(ServiceFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))
    ends_at = factory.LazyAttribute(
        lambda booking: booking.starts_at + dt.timedelta(minutes=booking.service.minutes)
    )


class BookingSeriesFactory(DjangoModelFactory):
    """Every week at ten from a week ahead, wanted by the recipient."""

    class Meta:
        model = BookingSeries

    recipient = factory.SubFactory(RecipientFactory)
    service = factory.SubFactory(ServiceFactory)
    first_date = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=7))
    time = dt.time(10)
    by = factory.SelfAttribute("recipient.user")


class AgreedTimeFactory(DjangoModelFactory):
    """Every Monday at ten."""

    class Meta:
        model = AgreedTime

    grant = factory.SubFactory(GrantFactory)
    weekday = 0
    time = dt.time(10)
    agreed_on = LONG_AGO
    agreed_with = "the person"
    by = factory.SubFactory(UserFactory)


class PatternFactory(DjangoModelFactory):
    """Every day at eight from today."""

    class Meta:
        model = Pattern

    recipient = factory.SubFactory(RecipientFactory)
    service = factory.SubFactory(ServiceFactory)
    weekdays = factory.LazyFunction(lambda: list(range(1, 8)))
    times = factory.LazyFunction(lambda: [dt.time(8)])
    first_date = factory.LazyFunction(timezone.localdate)
    by = factory.SubFactory(UserFactory)


class PauseFactory(DjangoModelFactory):
    """Some days after the horizon, with visits at set times about which staff must answer."""

    class Meta:
        model = Pause

    recipient = factory.SubFactory(RecipientFactory)
    first_day = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=60))
    last_day = factory.LazyAttribute(lambda pause: pause.first_day + dt.timedelta(days=5))
    set_visits = Pause.SetVisits.WAITING


class OwnPlanFactory(DjangoModelFactory):
    """Every day, so that it meets whatever is looked at."""

    class Meta:
        model = OwnPlan

    recipient = factory.SubFactory(RecipientFactory)
    title = "Training"
    every = OwnPlan.Every.WEEK
    first_day = LONG_AGO
    weekdays = [1, 2, 3, 4, 5, 6, 7]
    starts = dt.time(0, 1)
    ends = dt.time(0)


class SlotWishFactory(DjangoModelFactory):
    class Meta:
        model = SlotWish

    recipient = factory.SubFactory(RecipientFactory)
    service = factory.SubFactory(ServiceFactory)
    by = factory.SelfAttribute("recipient.user")
    date = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=3))


class VisitFactory(DjangoModelFactory):
    """A visit of a booking of its own, on ``shift`` or unstaffed, without travel time."""

    class Meta:
        model = Visit

    day = factory.SubFactory(DayFactory)
    booking = factory.SubFactory(
        BookingFactory,
        service__department=factory.SelfAttribute("...day.department"),
        starts_at=factory.LazyAttribute(
            lambda booking: local(booking.factory_parent.day.date, 10)
        ),
    )
    starts_at = factory.SelfAttribute("booking.starts_at")
    ends_at = factory.SelfAttribute("booking.ends_at")
    occupied_until = factory.SelfAttribute("ends_at")


def local(date, hour, minute=0):
    """The instant of a local wall time, away from clock changes."""
    return dt.datetime.combine(date, dt.time(hour, minute), tzinfo=timezone.get_default_timezone())
