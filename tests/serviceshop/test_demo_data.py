"""The data of ``manage.py demo``: dated around today, and valid by the product's rules."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, Grant, Recipient, Visit
from departments.models import Department, Employee, Shift
from serviceshop import demo
from serviceshop.demo import people
from workflow.models import Report

WEDNESDAY, SATURDAY = "2026-11-25", "2026-11-28"
CLOCK_CHANGES_AHEAD = "2027-03-20"


@pytest.fixture(params=[WEDNESDAY, SATURDAY, CLOCK_CHANGES_AHEAD])
def fjordvik(request, db):
    with time_machine.travel(f"{request.param}T09:00+01:00", tick=False):
        demo.load()
        yield dt.date.fromisoformat(request.param)


def test_it_follows_the_rules_on_any_day(fjordvik, capsys):
    check_rules(capsys)
    check_share_of_booked_time()
    check_the_cast()


def check_rules(capsys):
    call_command("check_plans")
    assert capsys.readouterr().out.strip().endswith("wrong 0")
    assert Department.objects.count() == 2
    assert Employee.objects.count() == 12
    assert Recipient.objects.count() == 40
    for person in people.CAST:
        assert User.objects.get(email=person.email).check_password("demo")
    assert User.objects.filter(email="recipient38@demo.example").exists()
    assert not User.objects.filter(email="recipient39@demo.example").exists()

    used = Counter(
        (booking.grant_id, timezone.localdate(booking.starts_at).isocalendar()[:2])
        for booking in Booking.objects.all()
    )
    granted = dict(Grant.objects.values_list("pk", "amount"))
    assert all(count <= granted[grant] for (grant, _week), count in used.items())


def check_share_of_booked_time():
    now = timezone.now()
    shifts = list(Shift.objects.filter(starts_at__gt=now, is_withdrawn=False))
    visits = list(Visit.objects.filter(starts_at__gt=now))
    working = sum((shift.ends_at - shift.starts_at for shift in shifts), dt.timedelta())
    visiting = sum((visit.ends_at - visit.starts_at for visit in visits), dt.timedelta())
    assert 0.35 < visiting / working < 0.65


def check_the_cast():
    now = timezone.now()
    for person in (people.AKSEL, people.BERIT):
        assert Booking.objects.upcoming(now).filter(recipient__user__email=person.email).exists()
    emil = User.objects.get(email=people.EMIL.email)
    assert Visit.objects.filter(shift__person=emil, starts_at__gt=now).exists()
    assert Report.objects.exists()
    assert not demo.is_empty()
