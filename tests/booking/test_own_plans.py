"""Own plans: seen by the recipient alone, beside the free times and never in their way."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.access import ACTING_FOR
from accounts.models import AccessLogEntry, Change, Message
from booking import actions, errors, queries
from booking.calendar.plans import PlanDates
from booking.models import Booking, BusyTime, OwnPlan
from tests import factories

pytestmark = pytest.mark.django_db

TUESDAY, FRIDAY = 2, 5
CANARY = "Kanarifugl"


def dates(first_day, weekdays, every, first, last):
    found = PlanDates(dt.date.fromisoformat(first_day), weekdays, every)
    span = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [date.isoformat() for date in found.between(*span)]


@pytest.mark.parametrize(
    ("first_day", "weekdays", "every", "found"),
    [
        ("2026-12-29", (), 0, ["2026-12-29"]),
        ("2027-01-20", (), 0, []),
        # from its first day on, over the turn of the year with its week 53
        ("2026-12-30", (TUESDAY, FRIDAY), 1, ["2027-01-01", "2027-01-05", "2027-01-08"]),
        ("2020-01-01", (TUESDAY,), 1, ["2026-12-29", "2027-01-05"]),
        ("2026-12-24", (TUESDAY, FRIDAY), 2, ["2027-01-05", "2027-01-08"]),
        ("2026-12-17", (TUESDAY, FRIDAY), 2, ["2026-12-29", "2027-01-01"]),
    ],
)
def test_a_plan_is_on_its_dates(first_day, weekdays, every, found):
    assert dates(first_day, weekdays, every, "2026-12-28", "2027-01-10") == found


def plan_on(
    recipient, date, *, starts=9, ends=12, title=CANARY, every=OwnPlan.Every.ONCE, key=None
):
    return actions.add_plan(
        key=key or uuid.uuid4(),
        recipient=recipient,
        title=title,
        every=every,
        weekdays=[date.isoweekday()] if every else [],
        first_day=date,
        starts=dt.time(starts),
        ends=dt.time(ends),
    )


def test_a_night_ends_on_the_next_day_and_a_clock_change_moves_no_wall_clock(recipient):
    autumn = dt.date(2026, 10, 24)  # the clock goes back the night after
    plan_on(recipient, autumn, starts=22, ends=7, title="Nattevakt")

    for date in (autumn, autumn + dt.timedelta(days=1)):
        (time,) = queries.plan_times(recipient, date, date)
        assert time.ends_at - time.starts_at == dt.timedelta(hours=10)
        assert timezone.localtime(time.ends_at).hour == 7
    after = autumn + dt.timedelta(days=2)
    assert queries.plan_times(recipient, after, after) == []


@pytest.fixture
def free(client, recipient, service, open_day):
    """The first free time of a day that can be booked, and the pages as the recipient."""
    client.force_login(recipient.user)
    (day,) = queries.offer(
        service=service, recipient=recipient, dates=[open_day], now=timezone.now()
    )
    return next(slot for slot in day.slots if slot.status == "free")


@pytest.fixture
def open_day(department):
    date = timezone.localdate() + dt.timedelta(days=3)
    factories.OpeningHoursFactory(
        department=department,
        weekday=date.isoweekday(),
        opens_at=dt.time(9),
        closes_at=dt.time(12),
    )
    return date


def pages_of(free, service):
    local = timezone.localtime(free.starts_at)
    date = local.date()
    return (
        reverse("booking:times", args=[service.pk, date]),
        f"/book/{service.pk}/{date}/{local:%H.%M}/",
    )


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_a_free_time_says_what_the_person_does_then_and_can_be_booked(
    client, recipient, service, open_day, free, view
):
    recipient.user.preferences["view"] = view
    recipient.user.language = "en"
    recipient.user.save()
    times, check = pages_of(free, service)
    assert CANARY not in client.get(times).text
    plan_on(recipient, open_day)

    assert f"{CANARY} 09:00–12:00" in client.get(times).text.replace(".00", ":00")
    page = client.get(check).text
    assert CANARY in page
    assert "anyway" in page
    client.post(
        reverse("booking:book"),
        {
            "key": uuid.uuid4(),
            "recipient": recipient.pk,
            "service": service.pk,
            "starts_at": free.starts_at.isoformat(),
            "note": "",
        },
    )
    assert Booking.objects.confirmed().get().recipient == recipient
    assert CANARY in client.get(reverse("booking:visits")).text


def test_a_plan_of_a_whole_day_ends_at_midnight(client, recipient):
    recipient.user.language = "en"
    recipient.user.save()
    client.force_login(recipient.user)
    sent = posted(starts="0", ends="24")
    assert "all day" in client.post(reverse("booking:plans"), sent, follow=True).text
    date = OwnPlan.objects.get().first_day
    (time,) = queries.plan_times(recipient, date, date)
    assert time.ends_at - time.starts_at == dt.timedelta(days=1)


def posted(**values):
    date = timezone.localdate() + dt.timedelta(days=3)
    return {
        "key": uuid.uuid4(),
        "title": CANARY,
        "every": "0",
        "first_day": f"{date:%d.%m.%Y}",
        "starts": "9",
        "ends": "12",
        **values,
    }


def test_a_plan_at_the_time_of_a_visit_says_so_once(client, recipient, service, open_day, free):
    actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=free.starts_at,
        by=recipient.user,
    )
    response = client.post(reverse("booking:plans"), posted(), follow=True)
    assert service.name in response.text
    assert service.name not in client.get(reverse("booking:plans")).text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"title": ""}, "required"),
        ({"title": "x" * 61}, "60"),
        ({"first_day": ""}, "Write the date."),
        ({"first_day": "01.01.2020"}, "This day has been."),
        ({"every": "1"}, "Choose at least one day."),
        ({"every": "2", "weekdays": ["1"], "first_day": ""}, "Write the date."),
        ({"every": "7"}, "7"),
        ({"every": ""}, "Choose how often."),
        ({"ends": "9"}, "It ends when it begins."),
        ({"starts": "25"}, "07:30"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, recipient, values, says):
    recipient.user.language = "en"
    recipient.user.save()
    client.force_login(recipient.user)
    response = client.post(reverse("booking:plans"), posted(**values))
    assert says in response.text
    assert values.get("title", CANARY) in response.text
    assert not OwnPlan.objects.exists()


def test_twice_is_once_and_another_persons_key_or_plan_is_refused(client, recipient):
    client.force_login(recipient.user)
    sent = posted(every="1", weekdays=["2", "4"])
    for _ in range(2):
        assert client.post(reverse("booking:plans"), sent).status_code == 302
    plan = OwnPlan.objects.get()
    assert (plan.weekdays, plan.first_day) == ([2, 4], timezone.localdate())

    other = factories.RecipientFactory(user=factories.UserFactory())
    with pytest.raises(errors.KeyReused):
        plan_on(other, timezone.localdate(), key=plan.pk)
    client.force_login(other.user)
    assert client.post(reverse("booking:remove_plan", args=[plan.pk])).status_code == 404
    client.force_login(recipient.user)
    for _ in range(2):
        client.post(reverse("booking:remove_plan", args=[plan.pk]))
    assert not OwnPlan.objects.exists()


def test_there_are_at_most_fifty(client, recipient):
    client.force_login(recipient.user)
    for number in range(50):
        plan_on(recipient, timezone.localdate(), title=str(number))
    assert "50" in client.post(reverse("booking:plans"), posted()).text
    assert OwnPlan.objects.count() == 50


def test_a_helper_sees_them_only_while_the_person_lets_them(client, recipient, service):
    mandate = factories.MandateFactory(recipient=recipient, may="book")
    plan_on(recipient, timezone.localdate())
    plans = reverse("booking:plans")

    def as_helper():
        client.force_login(mandate.holder)
        session = client.session
        session[ACTING_FOR] = str(recipient.pk)
        session.save()
        return client.get(plans)

    def choose(*mandates):
        client.force_login(recipient.user)
        client.post(reverse("booking:show_plans"), {"mandate": [one.pk for one in mandates]})

    assert as_helper().status_code == 404
    assert client.post(reverse("booking:show_plans"), {"mandate": mandate.pk}).status_code == 404
    choose(mandate)
    assert CANARY in as_helper().text
    assert CANARY not in str(list(AccessLogEntry.objects.values()))
    choose()
    assert as_helper().status_code == 404
    verbs = Change.objects.filter(subject_id=recipient.pk).order_by("at")
    assert [change.verb for change in verbs] == ["show_plans", "hide_plans"]
    assert CANARY not in str(list(Change.objects.values()) + list(Message.objects.values()))


def test_a_helper_who_may_only_look_changes_nothing(client, recipient):
    mandate = factories.MandateFactory(recipient=recipient, may="look", sees_plans=True)
    plan = plan_on(recipient, timezone.localdate())
    client.force_login(mandate.holder)
    session = client.session
    session[ACTING_FOR] = str(recipient.pk)
    session.save()
    url = reverse("booking:plans")

    page = client.get(url)

    assert CANARY in page.text
    assert f'action="{url}' not in page.text
    for address, data in (
        (url, posted()),
        (reverse("booking:remove_plan", args=[plan.pk]), {}),
        (reverse("booking:forget_plan_file"), {}),
        (reverse("booking:read_plan_file"), {}),
    ):
        assert client.post(address, data).status_code == 404
    assert OwnPlan.objects.get() == plan


def test_what_is_past_is_forgotten(recipient):
    now, today = timezone.now(), timezone.localdate()
    plan_on(recipient, today - dt.timedelta(days=2))
    kept = [
        plan_on(recipient, today),
        plan_on(recipient, today - dt.timedelta(days=20), every=OwnPlan.Every.WEEK),
    ]
    for hours in (-30, 2):
        starts_at = now + dt.timedelta(hours=hours)
        BusyTime.objects.create(
            recipient=recipient, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1)
        )
    actions.forget_past_plans(now)
    assert set(OwnPlan.objects.all()) == set(kept)
    assert BusyTime.objects.get().starts_at > now


def file_of(text, name="calendar.ics"):
    return SimpleUploadedFile(name, text, content_type="text/calendar")


def test_a_file_is_read_replaces_the_one_before_and_keeps_titles_only_when_asked(
    client, recipient
):
    client.force_login(recipient.user)
    starts_at = timezone.now() + dt.timedelta(days=2)
    event = f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\nSUMMARY:{CANARY}"
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    url = reverse("booking:read_plan_file")

    for titles, title in ({}, ""), ({"titles": "on"}, CANARY):
        sent = {"file": file_of(text.encode()), **titles}
        assert client.post(url, sent).status_code == 302
        assert BusyTime.objects.get().title == title
    page = client.post(url, {"file": file_of(b"PK\x03\x04")})
    assert page.status_code == 200
    assert "field-file" in page.text or "id_file" in page.text
    assert BusyTime.objects.count() == 1, "a file that can't be read removes nothing"
    assert client.post(url, {}).status_code == 200
    client.post(reverse("booking:forget_plan_file"))
    assert not BusyTime.objects.exists()


def test_a_file_of_many_megabytes_is_refused_in_words_and_no_other_page_takes_one(
    client, recipient
):
    client.force_login(recipient.user)
    url = reverse("booking:read_plan_file")
    large = client.post(url, {"file": file_of(b"x" * 1_005_000)})
    assert "1 MB" in large.text
    assert large.status_code == 200
    larger = client.post(url, {"file": file_of(b"x" * 1_200_000)})
    assert (larger.status_code, "1 MB" in larger.text) == (413, True)
    client.post(reverse("booking:plans"), posted(file=file_of(b"x" * 1000)))
    assert OwnPlan.objects.count() == 1
