"""Bookings, their history, and the visits that carers make for them."""

import datetime as dt
import hashlib
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.grants import Grant
from booking.models.recipients import Recipient
from database.expressions import TsTzRange
from departments.models import Day, Service, Shift


class BookingQuerySet(models.QuerySet["Booking"]):
    def confirmed(self) -> "BookingQuerySet":
        return self.filter(status=Booking.Status.BOOKED)

    def seated(self) -> "BookingQuerySet":
        """Confirmed ones, and those that only keep a seat for an agreed time."""
        return self.filter(status__in=Booking.SEATED)

    def charged(self) -> "BookingQuerySet":
        return self.confirmed().filter(uncharged_at__isnull=True)

    def covering(self) -> "BookingQuerySet":
        """Those that count in the quota, and what is kept for agreed times."""
        return self.seated().filter(uncharged_at__isnull=True)

    def upcoming(self, now: dt.datetime) -> "BookingQuerySet":
        return self.confirmed().filter(ends_at__gt=now)


class Booking(models.Model):
    """A booking of a recipient (FHIR Appointment). Keeps its own times, length and number of
    carers when the service changes later.

    Its key is the idempotency key of the form, or made from that of a program's request:
    sending that twice finds this row.
    ``asked`` is the request made with that key, so that another request with the same key can
    be refused.
    ``uncharged_at`` is when it stopped to count in the quota because the visit was not made; None
    while it counts.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", _("Booked")
        KEPT = "kept", _("Kept")  # holds the seat of an agreed time; nobody has chosen it yet
        CANCELLED = "cancelled", _("Cancelled")

    SEATED = (Status.BOOKED, Status.KEPT)  # of which there are visits

    not_own = ""  # why the person does not choose its time (``queries.mark_choice``)
    open_request: models.Model | None = None  # a VisitRequest
    is_new = False  # True when ``book`` has just made it, False when the key was known

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
    uncharged_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["recipient", "starts_at"], name="booking_recipient_start"),
            models.Index(
                fields=["uncharged_at"],
                name="booking_uncharged",
                condition=Q(uncharged_at__isnull=False),
            ),
            models.Index(fields=["recipient"], name="booking_kept", condition=Q(status="kept")),
        ]
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
                condition=Q(status__in=["booked", "kept"]),
                violation_error_message=_("You already have a visit at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC, {self.status}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def note_mark(self) -> str:
        """Tells notes apart in hidden fields of forms, which keep no line breaks."""
        return hashlib.sha256(self.note.encode()).hexdigest()[:16]


class BookingEventQuerySet(models.QuerySet["BookingEvent"]):
    def unannounced(self) -> "BookingEventQuerySet":
        return self.filter(announced_at__isnull=True)


class BookingEvent(models.Model):
    """What was done to a booking, by whom, and by which channel. Never changed.

    A task posts the recipient's messages from it later, so that a booking takes no longer;
    ``announced_at`` is when they were posted.
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
        PAUSE = "pause", _("By a pause, or its end")
        PATTERN = "pattern", _("By a pattern")
        AGREED = "agreed", _("Agreed time")

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
    """The visit of one carer for a booking, on a seat (a shift) or unstaffed (no shift).

    Exists as long as the booking is confirmed or kept: cancelling deletes it, moving makes a
    new one.
    ``occupied_until`` is the end plus the department's travel minutes at the time when it was
    seated. A constraint keeps ``[starts_at, occupied_until)`` of one shift from overlapping.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="visits")
    # No index on day or shift alone: those in Meta begin with them.
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
            # Initially immediate, so that a violation fails at once; deferrable, so that one
            # UPDATE may swap two seats.
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
