"""Rules of a department's random life (``tests/test_everything_together.py``) by subject: reports
and closing of days, invitations, pauses, and two who change the same at once.

The machine has ``department``, ``administrator``, ``carers``, ``services`` and ``people``.
"""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connections
from django.db.models import Q
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from accounts.actions import accept_invitation, decline_invitation
from accounts.errors import InvitationClosed, InvitationRefused
from accounts.models import Change, Invitation
from booking import actions, errors
from booking.actions.recipients import Particulars
from booking.models import AgreedDate, AgreedTime, Booking, Pause, Recipient, Visit
from booking.queries.agreed_times import choice_ends, starts_at
from database.transactions import Busy
from database.versions import Stale
from departments.actions import (
    add_employee,
    change_opening_hours,
    correct_absence,
    name_shift,
)
from departments.closing import closes_at
from departments.errors import AlreadyEmployed, DepartmentsError
from departments.hours import Interval
from departments.models import Absence, Day, Department, Employee, OpeningHours, Shift
from departments.queries.hours import weekly_hours_of
from tests import factories
from workflow.actions import close_day, confirm_contact, report
from workflow.errors import (
    DayClosed,
    DayNotOver,
    NotConfirmed,
    NotYet,
    ReasonMissing,
    VisitsUntold,
)
from workflow.models import NoContact, Report

pick = st.integers(0, 10_000)
AWAY_MINUTES = st.sampled_from([5, 30, 120, 480, 3600])


def one(choices, number):
    return choices[number % len(choices)]


class ReportsAndClosing:
    """``told`` is what was acknowledged for each visit; ``closed`` when each day was closed;
    ``silent`` the visits without contact at which nobody has met the recipient."""

    def begin_reports(self):
        self.told: dict = {}
        self.closed: dict = {}
        self.silent: set = set()

    @rule(
        visit=pick,
        outcome=pick,
        by_administrator=st.booleans(),
        reason=st.sampled_from(["", "x"]),
        how=st.sampled_from(["", "seen"]),
    )
    def tell(self, visit, outcome, by_administrator, reason, how):
        now = timezone.now()
        visits = list(
            Visit.objects.filter(starts_at__lt=now + dt.timedelta(hours=2), shift__isnull=False)
            .select_related("day", "shift__person")
            .order_by("-starts_at", "pk")[:8]
        )
        visits = [each for each in visits if by_administrator or each.shift.person]
        if not visits:
            return
        visit = one(visits, visit)
        by = self.administrator if by_administrator else visit.shift.person
        content = (one(Report.Outcome.values, outcome), reason, by.pk)
        refusal = self._refusal(visit, now, by_administrator, reason)
        is_silent = content[0] == Report.Outcome.NO_CONTACT
        if not refusal and visit.pk in self.silent and not is_silent and not how:
            refusal = NotConfirmed
        if refusal:
            with pytest.raises(refusal):
                report(visit=visit, outcome=content[0], reason=reason, how=how, by=by)
            return
        report(visit=visit, outcome=content[0], reason=reason, how=how, by=by)
        before, version = self.told.get(visit.pk, (None, 0))
        if not is_silent:
            self.silent.discard(visit.pk)
        elif before is None or before[0] != content[0]:
            self.silent.add(visit.pk)
        if before != content:
            self.told[visit.pk] = (content, version + 1)

    def _refusal(self, visit, now, by_administrator, reason):
        is_closed = visit.day.pk in self.closed
        if is_closed and not by_administrator:
            return DayClosed
        if visit.starts_at > now + dt.timedelta(hours=1):
            return NotYet
        return ReasonMissing if is_closed and not reason else None

    @rule(number=pick)
    def meet(self, number):
        if self.silent:
            visit = one(sorted(self.silent), number)
            found = NoContact.objects.get(visit=visit, confirmed_at=None)
            confirm_contact(no_contact=found, how="spoken", by=self.administrator)
            self.silent.discard(visit)

    @invariant()
    def a_visit_without_contact_stays_open_until_somebody_has_met_the_person(self):
        unconfirmed = NoContact.objects.filter(confirmed_at=None)
        assert self.silent == set(unconfirmed.values_list("visit", flat=True))

    @rule(back=st.integers(0, 3), despite_untold=st.booleans())
    def close_a_day(self, back, despite_untold):
        now = timezone.now()
        date = timezone.localdate() - dt.timedelta(days=back)
        day = Day.objects.filter(department=self.department, date=date).first()
        if day is None:
            return
        ends = [
            *Shift.objects.filter(day=day).values_list("ends_at", flat=True),
            *Visit.objects.filter(day=day).values_list("ends_at", flat=True),
        ]
        is_over = bool(ends or back) and all(end <= now for end in ends)
        untold = set(Visit.objects.filter(day=day).values_list("pk", flat=True)) - self.told.keys()
        try:
            closed = close_day(
                department=self.department,
                date=date,
                by=self.administrator,
                despite_untold=despite_untold,
            )
        except DayNotOver:
            assert not is_over
        except VisitsUntold:
            assert is_over
            assert untold
            assert not despite_untold
        else:
            assert day.pk in self.closed or (is_over and (despite_untold or not untold))
            self.closed.setdefault(day.pk, closed.closed_at)

    def beat_has_closed_days(self):
        """Called after the task of beat: exactly the days that are due are closed."""
        now = timezone.now()
        for day in Day.objects.filter(department=self.department):
            going_on = Visit.objects.filter(day=day, ends_at__gt=now).exists()
            if day.pk not in self.closed and closes_at(day.date) <= now and not going_on:
                assert day.closed_at == now
                self.closed[day.pk] = now

    @invariant()
    def a_closed_day_stays_closed(self):
        assert self.closed == dict(
            Day.objects.filter(closed_at__isnull=False).values_list("pk", "closed_at")
        )

    @invariant()
    def what_was_told_stays_with_all_versions(self):
        found = {
            visit: ((outcome, reason, by), version)
            for visit, outcome, reason, by, version in Report.objects.values_list(
                "visit", "outcome", "reason", "by", "version"
            )
        }
        assert found == self.told
        earlier = Change.objects.filter(verb="report").count()
        assert earlier == sum(version - 1 for _, version in found.values())


class Invitations:
    """Employees and recipients whose e-mail was typed. ``log_ins`` is the e-mail with which each
    of them logs in: none before the owner of the address has accepted."""

    def begin_invitations(self):
        self.walk = factories.ServiceFactory(department=self.department, minutes=30)
        self.outsider = factories.EmployeeFactory().person
        self.invited_employees: dict = {}  # invitation to employee
        self.invited_recipients: dict = {}
        self.addresses = 0

    def _address(self, known, users):
        """Of one of the users, or of nobody."""
        self.addresses += 1
        return one(users, known).email if known % 2 else f"new{self.addresses}@example.test"

    @precondition(lambda self: len(self.carers) < 5)
    @rule(known=pick)
    def invite_an_employee(self, known):
        """The employee may get shifts and fall ill before the answer."""
        address = self._address(known, [self.outsider, *self.people_users])
        before = list(Employee.objects.filter(person__email=address).values_list("pk", flat=True))
        try:
            employee = add_employee(
                department=self.department,
                email=address,
                given_name="Nora",
                family_name="Dahl",
                valid_from=timezone.localdate(),
                by=self.administrator,
            )
        except AlreadyEmployed:
            return
        invitation = Invitation.objects.get(target_id=employee.pk)
        self.invited_employees[invitation.pk] = employee.pk
        self.carers.append(employee.person)
        after = list(Employee.objects.filter(person__email=address).values_list("pk", flat=True))
        assert after == before

    @precondition(lambda self: len(self.invited_recipients) < 4)
    @rule(known=pick)
    def add_a_recipient(self, known):
        recipient = actions.add_recipient(
            key=uuid.uuid4(),
            particulars=Particulars(given_name="Gerd", family_name="Ny"),
            email=self._address(known, self.people_users),
            department=self.department,
            by=self.administrator,
        )
        factories.GrantFactory(recipient=recipient, service=self.walk, amount=3)
        self.invited_recipients[Invitation.objects.get(target_id=recipient.pk).pk] = recipient.pk

    @rule(recipient=pick, time=pick)
    def book_for_a_new_recipient(self, recipient, time):
        found = list(Recipient.objects.filter(pk__in=self.invited_recipients.values()))
        if not found:
            return
        recipient = one(sorted(found, key=lambda each: each.pk), recipient)
        slot = self._slot(recipient, self.walk, time)
        if slot:
            with suppress(errors.BookingError, Busy):
                actions.book(
                    key=uuid.uuid4(),
                    recipient=recipient,
                    service=self.walk,
                    starts_at=slot.starts_at,
                    by=self.administrator,
                )

    @rule(invitation=pick)
    def an_invitation_expires(self, invitation):
        if found := self._open_invitation(invitation):
            Invitation.objects.filter(pk=found.pk).update(expires_at=timezone.now())
            self._answer_is_refused(found)

    @rule(invitation=pick)
    def decline(self, invitation):
        if found := self._open_invitation(invitation):
            decline_invitation(invitation=found, by=None)
            self._answer_is_refused(found)

    def _answer_is_refused(self, invitation):
        with pytest.raises(InvitationClosed):
            accept_invitation(invitation=invitation)

    @rule(invitation=pick)
    def accept(self, invitation):
        found = self._open_invitation(invitation)
        if found is None:
            return
        booked = Booking.objects.confirmed().count()
        if found.pk in self.invited_employees:
            self._accept_as_employee(found)
        else:
            self._accept_as_recipient(found)
        assert Booking.objects.confirmed().count() == booked

    def _accept_as_employee(self, invitation):
        employee = Employee.objects.select_related("person").get(
            pk=self.invited_employees[invitation.pk]
        )
        placeholder = employee.person
        user = accept_invitation(invitation=invitation)
        assert user.email == invitation.address
        assert Employee.objects.filter(department=self.department, person=user).exists()
        assert not Employee.objects.filter(person=placeholder).exclude(person=user).exists()
        assert (
            not Shift.objects.filter(person=placeholder, ends_at__gt=timezone.now())
            .exclude(person=user)
            .exists()
        )
        self.carers = [each for each in self.carers if each not in (placeholder, user)] + [user]

    def _accept_as_recipient(self, invitation):
        recipient = Recipient.objects.get(pk=self.invited_recipients[invitation.pk])
        mine = set(Booking.objects.filter(recipient=recipient).values_list("pk", flat=True))
        try:
            user = accept_invitation(invitation=invitation)
        except InvitationRefused:  # both have visits, or grants, at the same time
            assert Recipient.objects.filter(pk=recipient.pk, user=None).exists()
            return
        assert user.email == invitation.address
        joined = Recipient.objects.get(user=user)
        assert mine <= set(joined.bookings.values_list("pk", flat=True))
        assert joined == recipient or not Recipient.objects.filter(pk=recipient.pk).exists()

    def _open_invitation(self, number):
        found = list(Invitation.objects.open(timezone.now()).order_by("made_at", "address"))
        return one(found, number) if found else None

    @invariant()
    def an_address_opens_nothing_before_its_owner_accepts(self):
        accepted = dict(
            Invitation.objects.filter(answer=Invitation.Answer.ACCEPTED).values_list(
                "pk", "address"
            )
        )
        for invited, model, log_in in (
            (self.invited_employees, Employee, "person__email"),
            (self.invited_recipients, Recipient, "user__email"),
        ):
            found = dict(model.objects.filter(pk__in=invited.values()).values_list("pk", log_in))
            for invitation, target in invited.items():
                if target in found:  # else it was joined to one who was there
                    assert found[target] == accepted.get(invitation)


class Pauses:
    """People go away and come home; their visits give the seats to others meanwhile."""

    @rule(
        person=pick,
        ahead=st.integers(0, 3),
        days=st.one_of(st.none(), st.integers(0, 4)),
        as_staff=st.booleans(),
    )
    def go_away(self, person, ahead, days, as_staff):
        recipient = one(self.people, person)
        first = timezone.localdate() + dt.timedelta(days=ahead)
        was_free = self._free()
        with suppress(errors.PauseOverlaps, Busy):
            actions.pause(
                key=uuid.uuid4(),
                recipient=recipient,
                first_day=first,
                last_day=None if days is None else first + dt.timedelta(days=days),
                by=self.administrator if as_staff else recipient.user,
                as_staff=as_staff,
            )
        assert self.keeps_for(recipient) or was_free <= self._free()

    @rule(pause=pick)
    def come_home(self, pause):
        away = Pause.objects.standing(timezone.localdate()).order_by("made_at", "pk")
        if away:
            resumed = actions.end_pause(pause=one(away, pause), by=self.administrator)
            assert resumed.back == []  # nothing repeats, and no time is set by staff

    @invariant()
    def nobody_is_visited_while_away(self):
        now = timezone.now()
        coming = Booking.objects.confirmed().filter(starts_at__gt=now)
        for booking in coming.exclude(visits__in=Report.objects.values("visit")):
            pauses = booking.recipient.pauses.standing(timezone.localdate(now))
            assert not any(pause.covers(timezone.localdate(booking.starts_at)) for pause in pauses)


class AgreedTimes:
    """Times are agreed for people who may choose others until a deadline."""

    @rule(person=pick, service=pick, weekday=st.integers(0, 6), hour=st.integers(8, 14))
    def agree(self, person, service, weekday, hour):
        grants = one(self.people, person).grants.filter(service=one(self.services, service))
        with suppress(errors.NotAgreeable, Busy):
            actions.agree(
                key=uuid.uuid4(),
                grant=grants.get(),
                week=1,
                weekday=weekday,
                time=dt.time(hour),
                agreed_on=timezone.localdate(),
                agreed_with="the person",
                by=self.administrator,
            )

    @rule(number=pick)
    def agree_no_more(self, number):
        if agreed := list(AgreedTime.objects.applying().order_by("made_at", "pk")):
            actions.end_agreed_time(agreed_time=one(agreed, number), by=self.administrator)

    @rule(number=pick, is_taken_back=st.booleans())
    def give_up_an_agreed_time(self, number, is_taken_back):
        state = AgreedDate.State.GIVEN_UP if is_taken_back else AgreedDate.State.KEPT
        if dates := list(AgreedDate.objects.filter(state=state).order_by("date", "pk")):
            verb = actions.take_back_giving_up if is_taken_back else actions.give_up
            with suppress(Busy):
                verb(agreed_date=one(dates, number), by=self.administrator)

    def keeps_for(self, recipient):
        """Whether times are kept for them: those take seats when others are given back."""
        return AgreedTime.objects.applying().filter(grant__recipient=recipient).exists()

    @invariant()
    def what_is_kept_is_agreed_and_can_still_be_chosen_otherwise(self):
        now = timezone.now()
        kept = Booking.objects.filter(status=Booking.Status.KEPT)
        for booking in kept.select_related("agreed_date__agreed_time__grant__service__department"):
            agreed, date = booking.agreed_date.agreed_time, booking.agreed_date.date
            assert (agreed.ended_at, booking.agreed_date.state) == (None, AgreedDate.State.KEPT)
            assert booking.starts_at == starts_at(agreed, date)
            assert not booking.visits.filter(day__settled_at__isnull=False).exists()
            assert now < choice_ends(agreed.grant.service, date)
            pauses = booking.recipient.pauses.standing(timezone.localdate(now))
            assert not any(pause.covers(date) for pause in pauses)


class TwoAtOnce:
    """Two administrators have the same page open, and send their forms at the same instant. Each
    form has the version that the page showed: at most one of two different changes is saved."""

    @rule(shift=pick, first=pick, second=pick)
    def two_name_a_shift(self, shift, first, second):
        shifts = Shift.objects.filter(
            day__department=self.department, starts_at__gt=timezone.now()
        ).order_by("starts_at", "pk")[:12]
        shift = one(shifts, shift)
        people = [one(self.carers, first), one(self.carers, second)]
        done = self._both(
            *(
                (name_shift, {"shift": shift, "person": person, "version": shift.version})
                for person in people
            )
        )
        now = Shift.objects.get(pk=shift.pk).person
        if done:
            assert now == people[done[0]]
        if people[0] != people[1]:
            assert len(done) <= 1 or shift.person in people

    @rule(absence=pick, minutes=st.tuples(AWAY_MINUTES, AWAY_MINUTES))
    def two_correct_an_absence(self, absence, minutes):
        absences = Absence.objects.order_by("starts_at", "pk")
        if not absences:
            return
        absence = one(absences, absence)
        periods = [
            Interval(absence.starts_at, absence.starts_at + dt.timedelta(minutes=length))
            for length in minutes
        ]
        done = self._both(
            *(
                (correct_absence, {"absence": absence, "period": p, "version": absence.version})
                for p in periods
            )
        )
        changes = {periods[number] for number in done} - {absence.period}
        assert len(changes) <= 1
        absence.refresh_from_db()
        assert absence.period in (changes or {absence.period})

    @rule(row=pick, staff=st.tuples(st.integers(1, 3), st.integers(1, 3)))
    def two_change_opening_hours(self, row, staff):
        """From today on, so that the row is changed in place or ends."""
        today = timezone.localdate()
        rows = OpeningHours.objects.filter(
            Q(valid_until=None) | Q(valid_until__gte=today), department=self.department
        )
        row = one(rows.order_by("weekday", "opens_at", "valid_from"), row)
        version = Department.objects.get(pk=self.department.pk).hours_version
        now = weekly_hours_of(row)
        done = self._both(
            *(
                (
                    change_opening_hours,
                    {
                        "row": row,
                        "hours": replace(
                            now,
                            valid_from=max(today, row.valid_from),
                            staffing=replace(now.staffing, id=uuid.uuid4(), staff=number),
                        ),
                        "drop_named": True,
                        "version": version,
                    },
                )
                for number in staff
            )
        )
        assert len({staff[number] for number in done} - {row.staff}) <= 1

    def _both(self, *calls):
        """The numbers of the calls that were saved."""

        def call(verb, values):
            try:
                verb(by=self.administrator, **values)
            except (Stale, DepartmentsError, Busy):
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(len(calls)) as crowd:
            saved = list(crowd.map(lambda each: call(*each), calls))
        return [number for number, is_saved in enumerate(saved) if is_saved]
