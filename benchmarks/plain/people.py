"""Who fetches, and what is known of them, by the ORM: one query for each table."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from accounts import queries
from accounts.models import ApiToken, Coordinator, User, UserSession
from accounts.tokens import digest
from benchmarks.plain import Swap, everywhere
from booking.models import Booking, Grant, Mandate, Recipient
from booking.queries import person, recipients
from booking.queries.days import DayFact
from booking.queries.own_booking_rows import OwnBooking, OwnPause, charged_span
from departments.hours import DAY
from departments.models import Day, Employee, Service
from serviceshop import roles, sessions


def session_then_user_then_roles() -> list[Swap]:
    """Django's session engine, then the user, then their roles and the one that they act in."""

    def load(self: sessions.SessionStore) -> dict[str, Any]:
        return DatabaseStore.load(self)

    def get_user(self: roles.Backend, user_id: uuid.UUID) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        session = roles._session.get()
        key = session.session_key if session else None
        chosen = UserSession.objects.filter(session_key=key).values_list("role", flat=True).first()
        roles_of(user)
        roles._act_as(user, chosen or "")
        return user

    def roles_of(user: User) -> roles.Roles:
        if not hasattr(user, "_roles"):
            employments = (
                Employee.objects.filter(person=user)
                .with_access(timezone.now())
                .order_by("department__name")
                .values_list("department_id", "role", "department__name")
            )
            user._roles = roles.Roles(  # type: ignore[attr-defined]
                tuple(roles.InDepartment(*each) for each in employments),
                Coordinator.objects.filter(user=user).exists(),
                Recipient.objects.filter(user=user, departed_at=None).exists(),
                user.acts_for_others
                and Mandate.objects.in_force(timezone.localdate()).filter(holder=user).exists(),
            )
        found: roles.Roles = user._roles  # type: ignore[attr-defined]
        return found

    return [
        Swap(sessions.SessionStore, "load", load),
        Swap(roles.Backend, "get_user", get_user),
        *everywhere(roles.roles_of, roles_of),
    ]


def recipients_by_model() -> list[Swap]:
    def recipient_of_user(user_id: uuid.UUID) -> Recipient | None:
        return Recipient.objects.filter(user=user_id).first()

    def granted_service(recipient_id: uuid.UUID, service_id: uuid.UUID) -> Service | None:
        granted = Grant.objects.filter(recipient=recipient_id, service=service_id)
        grant = granted.select_related("service__department").first()
        return grant.service if grant else None

    def recipient_and_service(
        user_id: uuid.UUID, service_id: uuid.UUID
    ) -> tuple[Recipient, Service] | None:
        recipient = recipient_of_user(user_id)
        service = granted_service(recipient.pk, service_id) if recipient else None
        return (recipient, service) if recipient and service else None

    return [
        *everywhere(recipients.recipient_of_user, recipient_of_user),
        *everywhere(recipients.granted_service, granted_service),
        *everywhere(recipients.recipient_and_service, recipient_and_service),
    ]


def token_by_model() -> list[Swap]:
    def valid_token(secret: str, now: dt.datetime) -> ApiToken | None:
        if not 0 < len(secret) <= queries.LONGEST_SECRET:
            return None
        token = ApiToken.objects.select_related("owner").filter(digest=digest(secret)).first()
        if token is None or token.revoked_at is not None or token.is_expired(now):
            return None
        return token if token.owner.is_active else None

    return everywhere(queries.valid_token, valid_token)


class PlainPerson(person.Person):
    """A person read table by table: recipient, grants with services and departments, the
    departments' Days, own bookings."""

    @classmethod
    def of(cls, recipient: Recipient, now: dt.datetime) -> Self:
        return cls._of(Recipient.objects.get(pk=recipient.pk), now)

    @classmethod
    def of_user(cls, user_id: uuid.UUID, now: dt.datetime) -> Self | None:
        recipient = Recipient.objects.filter(user=user_id).first()
        return cls._of(recipient, now) if recipient else None

    @classmethod
    def _of(cls, recipient: Recipient, now: dt.datetime) -> Self:
        found = cls(now, [])
        found.__dict__["recipient"] = recipient
        return found

    @property
    def facts(self) -> Sequence[object]:
        return [
            _columns(self.recipient),
            [(_columns(one), _columns(one.service)) for one in self.grants],
            [_columns(one) for one in self.departments],
            self.days,
        ]

    @property
    def notices(self) -> Sequence[int | None]:
        return [grant.service.department.minimum_notice_minutes for grant in self.grants]

    @cached_property
    def grants(self) -> Sequence[Grant]:
        grants = list(
            self.recipient.grants.select_related("service__department").order_by(
                "service__name", "pk"
            )
        )
        departments = {one.service.department_id: one.service.department for one in grants}
        for grant in grants:
            grant.recipient = self.recipient
            grant.service.department = departments[grant.service.department_id]
        return grants

    @cached_property
    def days(self) -> Mapping[uuid.UUID, Sequence[DayFact]]:
        today = timezone.localdate(self.now)
        ids = [department.pk for department in self.departments]
        days: dict[uuid.UUID, list[DayFact]] = {id_: [] for id_ in ids}
        for day in Day.objects.filter(
            department__in=ids, date__range=(today - DAY, today + person._AHEAD)
        ):
            laid_out, settled = day.laid_out_at is not None, day.settled_at is not None
            flags = laid_out, settled, day.takes_bookings
            fact = DayFact(day.pk, day.date, day.revision, *flags)
            days[day.department_id].append(fact)
        return days

    @cached_property
    def pauses(self) -> list[OwnPause]:
        return own_pauses(self.recipient, timezone.localdate(self.now) - DAY)

    @cached_property
    def _own(self) -> list[OwnBooking]:
        today = timezone.localdate(self.now)
        since, _ = charged_span(today, today)
        return own_bookings(self.recipient, since, self.now + person._AHEAD)


def own_bookings(recipient: Recipient, since: dt.datetime, until: dt.datetime) -> list[OwnBooking]:
    rows = (
        Booking.objects.seated()
        .filter(recipient=recipient, starts_at__range=(since, until))
        .order_by("starts_at")
        .values_list(
            "pk", "service_id", "starts_at", "ends_at", "uncharged_at", "service__name", "status"
        )
    )
    return [
        OwnBooking(
            id_,
            service_id,
            int(starts.timestamp()),
            int(ends.timestamp()),
            uncharged_at is None and status == Booking.Status.BOOKED,
            name,
            status == Booking.Status.KEPT,
        )
        for id_, service_id, starts, ends, uncharged_at, name, status in rows
    ]


def own_pauses(recipient: Recipient, on: dt.date) -> list[OwnPause]:
    return [
        OwnPause(pause.first_day, pause.last_day, pause.stops_set_visits)
        for pause in recipient.pauses.standing(on)
    ]


def _columns(row: Any) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def person_by_table() -> list[Swap]:
    return everywhere(person.Person, PlainPerson)
