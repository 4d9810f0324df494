"""The pages of a pause: the person's own, and the department's."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from booking import actions
from booking.models import Booking, Departure, Pause
from departments.models import Employee
from tests import factories
from tests.booking.pages.conftest import TODAY, TOMORROW, at, text_of
from tests.html_forms import form_to

PAUSE = reverse("booking:pause")


@pytest.fixture
def visit(recipient, service):
    return actions.book(
        key=uuid.uuid4(), recipient=recipient, service=service, starts_at=at(12), by=recipient.user
    )


@pytest.fixture
def own(client, recipient):
    recipient.user.language = "en"
    recipient.user.save()
    client.force_login(recipient.user)
    return client


def send(client, page, action=PAUSE, **typed):
    return client.post(action, {**form_to(action, page).fields, **typed}, follow=True)


def test_one_press_pauses_what_the_page_has_shown(own, recipient, visit):
    page = own.get(PAUSE)
    assert "1 visit is cancelled." in text_of(page)

    page = send(own, page)

    assert "The help is paused. 1 visit is cancelled." in text_of(page)
    assert Pause.objects.get().first_day == TODAY
    assert not Booking.objects.confirmed().exists()


def test_other_days_are_shown_before_they_are_saved(own, recipient, visit):
    days = {"first_day": f"{TODAY:%d.%m.%Y}", "last_day": f"{TODAY:%d.%m.%Y}"}
    page = send(own, own.get(PAUSE), **days)
    assert "Look at what happens, and press once more." in text_of(page)
    assert "No visit is cancelled." in text_of(page)
    assert not Pause.objects.exists()

    send(own, page)

    assert Pause.objects.get().last_day == TODAY
    assert Booking.objects.confirmed().get() == visit


@pytest.mark.parametrize(
    ("last_day", "words"),
    [
        (TODAY - dt.timedelta(days=1), "The last day is before the first."),
        (None, "There is a pause on these days already."),
    ],
)
def test_wrong_days_are_explained_and_kept(own, recipient, last_day, words):
    later = TOMORROW + dt.timedelta(days=30)
    factories.PauseFactory(recipient=recipient, first_day=later)
    typed = {"last_day": last_day.strftime("%d.%m.%Y") if last_day else ""}
    page = send(own, own.get(PAUSE), **typed)
    assert words in text_of(page)
    assert form_to(PAUSE, page).fields["last_day"] == typed["last_day"]
    assert Pause.objects.count() == 1


def test_staff_answer_and_end_a_pause(client, administrator, department, recipient):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    pause = factories.PauseFactory(recipient=recipient)
    today = reverse("workflow:today", args=[department.pk])
    of_pause = [department.pk, recipient.pk, pause.pk]
    answer = reverse("booking:answer_pause", args=of_pause)
    page = client.get(today)
    assert "Visits at set times stand until you answer." in text_of(page)

    old = form_to(answer, page).fields
    client.post(answer, {**old, "answer": "stop", "version": "9"})
    assert Pause.objects.get().waits_for_answer, "the page showed another version"
    assert client.post(answer, {**old, "answer": "owl"}).status_code == 404
    assert Pause.objects.get().waits_for_answer, "nothing was answered"
    client.post(answer, {**old, "answer": "stop"})

    assert Pause.objects.get().stops_set_visits
    assert "Pauses to look at" not in text_of(client.get(today))
    client.post(reverse("booking:end_pause_by_phone", args=of_pause))
    assert Pause.objects.get().is_ended


def test_a_second_administrator_confirms_that_somebody_is_dead(
    client, administrator, department, recipient, visit
):
    second = factories.EmployeeFactory(
        department=department, role=Employee.Role.ADMINISTRATOR, person__language="en"
    ).person
    page_url = reverse("booking:recipient_pause", args=[department.pk, recipient.pk])
    report = reverse("booking:report_departure", args=[department.pk, recipient.pk])
    client.force_login(administrator)
    send(client, client.get(page_url), report, why="dead")
    departure = Departure.objects.get()
    confirm = reverse(
        "booking:confirm_departure", args=[department.pk, recipient.pk, departure.pk]
    )
    assert confirm not in client.get(page_url).text
    client.post(confirm)
    departure.refresh_from_db()
    assert departure.confirmed_at is None

    client.force_login(second)
    assert "Somebody else must confirm it." in text_of(
        client.get(reverse("workflow:today", args=[department.pk]))
    )
    page = client.post(confirm, follow=True)

    assert "These visits were booked, and are cancelled:" in text_of(page)
    assert visit.service.name in text_of(page)
    invite = reverse("booking:change_log_in", args=[department.pk, recipient.pk])
    page = client.post(invite, {"email": "new@example.test", "key": str(uuid.uuid4())})
    assert "nothing is sent" in text_of(page)
    client.force_login(recipient.user)
    assert client.get(reverse("booking:visits")).status_code == 302
