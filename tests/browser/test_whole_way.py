"""From opening hours to work list: three users, each in a browser, and a Celery worker."""

import datetime as dt
import io
import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from booking.models import Booking
from departments.models import Department, Shift
from tests import factories
from tests.workflow.worker import seconds_until
from workflow.models import WorkItem, WorkList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def saturday():
    days = (5 - timezone.localdate().weekday()) % 7 or 7
    return timezone.localdate() + dt.timedelta(days=days)


@pytest.fixture
def people(administrator, care_worker, recipient):
    """Dina, Emil and Aksel, with English as their language."""
    everybody = administrator, care_worker, recipient.user
    for person in everybody:
        person.language = "en"
        person.save()
    return everybody


def plans_agree():
    """The last line of ``manage.py check_plans --wait``, which exits when it finds faults."""
    out = io.StringIO()
    call_command("check_plans", wait=60, stdout=out)
    return out.getvalue().splitlines()[-1]


def test_from_opening_hours_to_work_list(
    people, saturday, service, department, open_page, delivery
):
    dina, emil, aksel = people
    Department.objects.update(public_holidays="usual")
    delivery.start_worker()

    # Dina opens Saturdays with two staff …
    board = open_page(reverse("departments:new_period", args=[department.pk]), user=dina)
    board.get_by_label("Saturday").check()
    board.get_by_label("From", exact=True).fill("08:00")
    board.get_by_label("To", exact=True).fill("16:00")
    board.get_by_label(re.compile("at work")).fill("2")
    board.get_by_role("button", name="See what the change does").click()
    board.get_by_role("button", name="Save the change").click()
    # … and puts Emil on one of the shifts.
    board.goto(reverse("workflow:board", args=[department.pk, saturday]))
    board.get_by_role("link", name="No name yet 1").click()
    board.get_by_role("button", name="Put Emil on").click()
    expect(board.get_by_role("heading", name="Emil Haugen").first).to_be_visible()
    shifts = {shift.person: shift for shift in _shifts(saturday)}
    assert set(shifts) == {emil, None}
    assert plans_agree() == "visits 0, on one list 0, unstaffed 0, wrong 0"
    assert WorkList.objects.filter(shift__in=shifts.values()).count() == 2

    # Aksel books ten o'clock: it is on exactly one of the two lists.
    calendar = open_page("/calendar/", user=aksel)
    calendar.get_by_role("link", name=re.compile(f"Saturday {saturday.day} ")).first.click()
    calendar.get_by_role("link", name=re.compile("^10:00")).first.click()
    calendar.get_by_role("button", name="Book").click()
    expect(calendar.get_by_role("heading", level=1)).to_have_text("The time is booked")
    seconds_until(lambda: WorkItem.objects.exists())
    assert WorkItem.objects.get().work_list.shift in shifts.values()
    assert plans_agree() == "visits 1, on one list 1, unstaffed 0, wrong 0"

    # Dina takes it off and gives it to Emil: it is on his list and his phone, which names
    # nobody before the day before.
    board.goto(reverse("workflow:board", args=[department.pk, saturday]))
    board.get_by_role("link", name="Aksel Vik").click()
    board.get_by_role("button", name="Take it off the shift").click()
    assert plans_agree() == "visits 1, on one list 0, unstaffed 1, wrong 0"
    board.get_by_role("button", name="Give to Emil").click()
    assert plans_agree() == "visits 1, on one list 1, unstaffed 0, wrong 0"
    assert WorkItem.objects.get().work_list.shift == shifts[emil]
    my_day = open_page(reverse("workflow:my_day", args=[saturday]), user=emil)
    expect(my_day.get_by_text(service.name).first).to_be_visible()

    # Aksel moves it to eleven, and the lists follow.
    calendar.get_by_role("link", name="Move the visit").click()
    calendar.get_by_role("link", name=re.compile(f"Saturday {saturday.day} ")).first.click()
    calendar.get_by_role("link", name=re.compile("^11:00")).first.click()
    calendar.get_by_role("button", name="Move").click()
    expect(calendar.get_by_role("heading", level=1)).to_have_text("The visit is moved")
    assert plans_agree() == "visits 1, on one list 1, unstaffed 0, wrong 0"
    assert WorkItem.objects.get().visit.starts_at == factories.local(saturday, 11)

    # Aksel cancels, and it is on no list.
    calendar.get_by_role("link", name="Cancel the visit").click()
    calendar.get_by_role("button", name="Cancel the visit").click()
    expect(calendar.get_by_role("heading", level=1)).to_have_text("The visit is cancelled")
    assert plans_agree() == "visits 0, on one list 0, unstaffed 0, wrong 0"
    assert not WorkItem.objects.exists()
    assert Booking.objects.get().status == Booking.Status.CANCELLED
    my_day.reload()
    expect(my_day.get_by_text(service.name)).to_have_count(0)


def _shifts(date):
    return Shift.objects.filter(day__date=date).select_related("person")
