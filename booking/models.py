"""The promise: who may order, what they ordered, and which seat keeps it."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.alphabet import Alphabetical
from departments.hours import local_instant
from departments.models import Day, Service, Shift
from departments.models.days import TsTzRange


class DateRange(Func):
    """A half-open range of two date columns."""

    function = "DATERANGE"


class Recipient(models.Model):
    """Someone who has been granted services (FHIR Patient). Has a log-in or none.

    Belongs to no department; grants do. ``revision`` rises with every change of the
    person's own bookings and grants: it is their part of a page's ETag, and its row
    is locked before any Day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recipient",
    )
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    directions = models.CharField(_("how to get in"), max_length=200, blank=True)
    has_confidential_address = models.BooleanField(_("confidential address"), default=False)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = [Alphabetical("family_name"), Alphabetical("given_name"), "id"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


class GrantQuerySet(models.QuerySet["Grant"]):
    def valid_on(self, date: dt.date) -> "GrantQuerySet":
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=date), valid_from__lte=date
        )


class Grant(models.Model):
    """The municipal decision (*vedtak*): how much of one service, per week or month.

    Each booking is charged to the local week (Monday first) or month of its start.
    """

    class Unit(models.TextChoices):
        VISITS = "visits", _("visits")
        MINUTES = "minutes", _("minutes")

    class Period(models.TextChoices):
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="grants")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField(_("amount"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("unit"), max_length=7, choices=Unit.choices, default=Unit.VISITS)
    period = models.CharField(
        _("period"), max_length=5, choices=Period.choices, default=Period.WEEK
    )
    valid_from = models.DateField(_("applies from"))
    valid_until = models.DateField(_("applies until and including"), null=True, blank=True)
    is_essential = models.BooleanField(_("essential"), default=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="grant_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="grant_is_something"),
            ExclusionConstraint(
                name="no_overlapping_grants",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_until", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("There is already a grant for this service then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.period}"

    def is_valid_on(self, date: dt.date) -> bool:
        return self.valid_from <= date and (self.valid_until is None or date <= self.valid_until)


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, on: dt.date) -> "MandateQuerySet":
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            revoked_at__isnull=True,
            valid_from__lte=on,
        )

    def to_book(self, on: dt.date) -> "MandateQuerySet":
        return self.in_force(on).filter(may=Mandate.May.BOOK)


class Mandate(models.Model):
    """Somebody may act for a recipient (FHIR Consent, its holder a RelatedPerson).

    A helper's is given by the recipient, who may end it whenever they like. A guardian's
    (*verge*) follows from a paper of the authorities: an administrator writes it down
    with the paper's reference, and ends it. An ended mandate is kept: it tells who the
    names in the history were.
    """

    class Kind(models.TextChoices):
        HELPER = "helper", _("Helper")
        GUARDIAN = "guardian", _("Guardian")

    class May(models.TextChoices):
        LOOK = "look", _("See the visits")
        BOOK = "book", _("See, book, move and cancel visits")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="mandates")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # As whoever gave it writes it: an e-mail alone must not tell what its owner is called.
    holder_name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HELPER)
    may = models.CharField(
        _("what they may do"), max_length=10, choices=May.choices, default=May.BOOK
    )
    # Gets what the recipient is told of their visits, too, or in their place when they
    # have no log-in. The holder chooses the channels, or none.
    is_told = models.BooleanField(_("gets the messages"), default=False)
    valid_from = models.DateField(_("applies from"))
    valid_until = models.DateField(_("applies until and including"), null=True, blank=True)
    reference = models.CharField(_("the paper's reference"), max_length=100, blank=True)
    given_at = models.DateTimeField(auto_now_add=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="mandate_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(kind="helper") | ~Q(reference=""), name="guardian_has_a_paper"
            ),
            ExclusionConstraint(
                name="no_overlapping_mandates",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    ("holder", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_until", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(revoked_at__isnull=True),
                violation_error_message=_("This person may do so already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.valid_from}"

    @property
    def is_guardians(self) -> bool:
        return self.kind == self.Kind.GUARDIAN

    @property
    def may_book(self) -> bool:
        return self.may == self.May.BOOK


class BookingQuerySet(models.QuerySet["Booking"]):
    def confirmed(self) -> "BookingQuerySet":
        return self.filter(status=Booking.Status.BOOKED)

    def upcoming(self, now: dt.datetime) -> "BookingQuerySet":
        return self.confirmed().filter(ends_at__gt=now)


class Booking(models.Model):
    """What a recipient ordered (FHIR Appointment). Keeps its own times, length and
    number of carers, whatever later happens to the service.

    The key is made when the form is drawn: sending it twice finds this row.
    ``asked`` keeps what was asked under that key, so that the same key with another
    request can be refused.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CANCELLED = "cancelled", _("Cancelled")

    is_new = False  # whether the verb that hands it out has just made it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(
        Recipient,
        on_delete=models.PROTECT,
        related_name="bookings",
        db_index=False,  # booking_recipient_start begins with it
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(Grant, null=True, on_delete=models.SET_NULL, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    carers = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.BOOKED)
    note = models.CharField(_("note to the carer"), max_length=200, blank=True)
    sequence = models.PositiveIntegerField(default=0)  # rises with every change (iCalendar)
    asked = models.JSONField(default=dict)
    booked_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["recipient", "starts_at"], name="booking_recipient_start")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"
            ),
            ExclusionConstraint(
                name="no_recipient_booked_twice",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="booked"),
                violation_error_message=_("You already have a visit at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC, {self.status}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class BookingEventQuerySet(models.QuerySet["BookingEvent"]):
    def unannounced(self) -> "BookingEventQuerySet":
        return self.filter(announced_at__isnull=True)


class BookingEvent(models.Model):
    """What was done to a booking, by whom and for whom. Written, never changed.

    It is what the recipient is told from, afterwards and elsewhere, so that a booking
    costs nothing more: ``announced_at`` is when its messages were put in the outbox.
    """

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        MOVED = "moved", _("Moved")
        CANCELLED = "cancelled", _("Cancelled")

    class Via(models.TextChoices):
        ONLINE = "online", _("Online")
        HELPER = "helper", _("By a helper or guardian")
        PHONE = "phone", _("By phone")
        API = "api", _("From another system")
        REPEATING = "repeating", _("Repeating")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    via = models.CharField(max_length=10, choices=Via.choices, default=Via.ONLINE)
    from_starts_at = models.DateTimeField(null=True)
    to_starts_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    announced_at = models.DateTimeField(null=True)

    objects = BookingEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(
                fields=["id"], name="event_unannounced", condition=Q(announced_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class VisitQuerySet(models.QuerySet["Visit"]):
    def unstaffed(self) -> "VisitQuerySet":
        return self.filter(shift__isnull=True)


class Visit(models.Model):
    """One carer's part of a booking, on a seat (a shift) or unstaffed (no shift).

    Exists as long as the booking is confirmed: cancelling deletes it, moving makes a
    new one. ``occupied_until`` is the end plus the department's travel minutes as they
    were when the visit was seated; PostgreSQL keeps ``[starts_at, occupied_until)`` of
    one shift from overlapping, whatever the code does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="visits")
    # Each has an index that begins with it.
    day = models.ForeignKey(Day, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(
        Shift, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    occupied_until = models.DateTimeField()
    is_pinned = models.BooleanField(default=False)  # a person decided who goes

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["day", "starts_at"], name="visit_day_start"),
            models.Index(fields=["shift", "starts_at"], name="visit_shift_start"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), occupied_until__gte=F("ends_at")),
                name="visit_ends_after_start",
            ),
            # Initially immediate, so that a broken promise fails at once; deferrable,
            # so that one UPDATE may swap two seats.
            ExclusionConstraint(
                name="no_seat_taken_twice",
                expressions=[
                    ("shift", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "occupied_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(shift__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads a recipient's visits.

    Only the secret's hash is kept: the address is shown once, when it is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="feeds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"Calendar feed {self.pk}"


class BookingSeriesQuerySet(models.QuerySet["BookingSeries"]):
    def running(self) -> "BookingSeriesQuerySet":
        return self.filter(ended_at__isnull=True)


class BookingSeries(models.Model):
    """The same service at the same wall-clock time every week, because the person wanted it.

    It promises nothing: each visit is an ordinary ``Booking``, made when the horizon reaches
    its date, and charged, moved and cancelled like any other.

    One that was made under a ``mandate`` lives as long as its holder may book for the person.
    After that nothing new is booked, until the person, or somebody who may, says that it goes
    on: nobody books by a right they have lost, and nobody loses a visit that they have.
    """

    class Ended(models.TextChoices):
        WISHED = "wished", _("Ended by whoever wanted it")
        NO_GRANT = "no_grant", _("The grant has ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="series")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    first_date = models.DateField()  # every seventh day from then on
    time = models.TimeField()  # local, whatever the clocks do meanwhile
    note = models.CharField(_("note to the carer"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(
        Mandate, null=True, on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=8, choices=Ended.choices, blank=True)

    objects = BookingSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["made_at"]
        verbose_name_plural = "booking series"
        indexes = [
            models.Index(
                fields=["recipient"], condition=Q(ended_at__isnull=True), name="series_running"
            )
        ]

    def __str__(self) -> str:
        return f"every week at {self.time:%H:%M} from {self.first_date}"

    def starts_at(self, date: dt.date) -> dt.datetime:
        return local_instant(date, self.time, timezone.get_default_timezone())

    def dates_until(self, last: dt.date) -> Iterator[dt.date]:
        weeks = (last - self.first_date).days // 7
        return (self.first_date + dt.timedelta(weeks=n) for n in range(weeks + 1))

    def waits(self, on: dt.date) -> bool:
        """For somebody who may to say that it goes on."""
        if self.mandate is None:
            return False
        still = self.recipient.mandates.to_book(on).filter(holder=self.mandate.holder_id)
        return not still.exists()

    def key_for(self, date: dt.date) -> uuid.UUID:
        """The key of the booking on that date: however often it is tried, there is one."""
        return uuid.uuid5(self.pk, date.isoformat())


class SeriesDate(models.Model):
    """What became of one date of a series. Written once it is decided; until then the date
    is to come."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")  # and perhaps moved or cancelled since
        SKIPPED = "skipped", _("Skipped")
        MISSED = "missed", _("Could not be booked")

    class Why(models.TextChoices):
        """Why it could not be booked."""

        BUSY = "busy", _("Nobody is free then.")
        CLOSED = "closed", _("We are closed then.")
        OWN = "own", _("You have another visit then.")
        ALL_USED = "all_used", _("You have used all you have been granted.")
        NOT_GRANTED = "not_granted", _("Your grant does not cover that day.")
        NOT_OPEN = "not_open", _("We take no bookings on the internet now.")
        TOO_LATE = "too_late", _("It was too late to book it.")
        KEY_REUSED = "key_reused", _("Something went wrong here. Call us to book it.")

    series = models.ForeignKey(BookingSeries, on_delete=models.CASCADE, related_name="dates")
    date = models.DateField()
    state = models.CharField(max_length=7, choices=State.choices)
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.SET_NULL, related_name="series_date"
    )
    why = models.CharField(max_length=11, choices=Why.choices, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["series", "date"], name="one_answer_per_series_date")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.state}"


class SlotWish(models.Model):
    """Somebody wants to be told when a time opens on a day: the recipient, or ``by`` who acts
    for them. It holds nothing for them: who books first has it.

    ``free`` are the starts (epoch seconds) that were free for the person when their day was
    looked at last, and ``revision`` is what its Days stood at then: as long as they stand
    there, nothing can have opened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="wishes")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    date = models.DateField()
    # the visit that would be moved there, rather than one more
    moving = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    free = models.JSONField(default=list)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["date", "made_at"]
        verbose_name_plural = "slot wishes"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "service", "date", "by"], name="one_wish_per_service_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"a time on {self.date}"
