"""Access of staff to a recipient ends some time after the last grant; a reason opens it."""

import datetime as dt
import uuid

import pytest
from django.http import Http404
from django.urls import reverse

from accounts.access import OPEN_FOR
from accounts.actions import record
from accounts.models import AccessLogEntry
from booking.access.programs import access_of
from booking.access.staff import former_recipients_of, recipient_of, recipients_of
from booking.models import Grant, Mandate
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 25, 11, tzinfo=dt.UTC)
TODAY = NOW.date()
REASON = "She asks for a copy of her decision"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def dina(client, administrator):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    return client


@pytest.fixture
def former(service):
    """A recipient whose last grant ended 91 days ago."""
    return factories.GrantFactory(
        service=service,
        valid_until=TODAY - dt.timedelta(days=91),
        recipient__given_name="Gerd",
        recipient__family_name="Nordheim",
        recipient__phone="+4791234567",
    ).recipient


def url(name, *args):
    return reverse(f"booking:{name}", args=args)


@pytest.mark.parametrize(
    ("days_ago", "kept", "gives_access"),
    [(None, 0, True), (-5, 0, True), (0, 0, True), (1, 0, False), (90, 90, True), (91, 90, False)],
)
def test_a_grant_gives_access_for_some_days_after_its_last(
    settings, service, department, administrator, days_ago, kept, gives_access
):
    settings.RECIPIENT_ACCESS_DAYS = kept
    last = None if days_ago is None else TODAY - dt.timedelta(days=days_ago)
    grant = factories.GrantFactory(service=service, valid_until=last)

    assert grant.gives_access(TODAY) is gives_access
    assert Grant.objects.giving_access(TODAY).exists() is gives_access
    assert recipients_of(department).exists() is gives_access
    assert former_recipients_of(department).exists() is not gives_access


def test_access_depends_on_the_last_grant_at_this_department(
    former, service, department, other_department
):
    elsewhere = factories.ServiceFactory(department=other_department)
    factories.GrantFactory(recipient=former, service=elsewhere)
    assert not recipients_of(department).exists()
    assert recipients_of(other_department).get() == former

    factories.GrantFactory(recipient=former, service=service, valid_from=TODAY)
    assert recipients_of(department).get() == former


def test_who_has_no_access_any_more_is_in_no_list(dina, administrator, department, former):
    recipients = url("recipients", department.pk)
    page = url("recipient", department.pk, former.pk)
    search = url("search_recipients", department.pk)

    for answer in (dina.get(recipients), dina.post(search, {"name": "Gerd"})):
        assert "Nordheim" not in answer.text
        assert url("find_former", department.pk) in answer.text
    refused = dina.get(page)
    assert refused.status_code == 404
    assert "Nordheim" not in refused.text
    assert url("open_access", department.pk, former.pk) in refused.text
    sent = dina.post(url("change_recipient", department.pk, former.pk), {"address": "Torggata 2"})
    assert sent.status_code == 404
    assert "Torggata 2" in sent.text  # what was written is not lost
    with pytest.raises(Http404):
        access_of(administrator, former.pk, may=Mandate.May.LOOK, what="api")
    assert not AccessLogEntry.objects.exists()


@pytest.mark.parametrize("way", ["by the name", "from the page"])
def test_a_reason_opens_the_page_for_an_hour(
    dina, administrator, other_administrator, department, former, way, time_machine
):
    page = url("recipient", department.pk, former.pk)
    opening = {"by the name": url("find_former", department.pk)}.get(
        way, url("open_access", department.pk, former.pk)
    )
    assert "Nordheim" not in dina.get(opening).text
    no_reason = dina.post(opening, {"name": "gerd nordheim", "reason": " "})
    assert no_reason.context["form"].errors.keys() == {"reason"}
    assert not AccessLogEntry.objects.exists()

    opened = dina.post(opening, {"name": "gerd nordheim", "reason": REASON})

    assert opened.url == page
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject_id, entry.what) == (
        administrator,
        former.pk,
        "booking:open_access",
    )
    assert entry.reason == REASON
    assert "You opened it with a reason, until 13:00." in dina.get(page).text
    colleague = factories.EmployeeFactory(department=department, role="administrator").person
    with pytest.raises(Http404):
        recipient_of(department, former.pk, by=colleague, what="x")

    time_machine.move_to(NOW + OPEN_FOR, tick=False)
    assert dina.get(page).status_code == 404


def test_the_person_reads_the_reason(client, dina, department, former):
    dina.post(url("open_access", department.pk, former.pk), {"reason": REASON})
    former.user = factories.UserFactory(language="en")
    former.save()
    client.force_login(former.user)

    log = client.get(url("looks")).text
    assert REASON in log
    assert "Opened your page again, with a reason" in log


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nobody", "Nobody whose access has ended"),
        ("nordheim", "Several people fit"),
        ("berit", "Nobody whose access has ended"),  # in the list
        ("912 34 567", None),
    ],
)
def test_one_person_must_fit(dina, department, former, service, name, error):
    factories.GrantFactory(
        service=service,
        valid_until=TODAY - dt.timedelta(days=200),
        recipient__given_name="Per",
        recipient__family_name="Nordheim",
        recipient__phone="",
    )
    factories.GrantFactory(service=service, recipient__given_name="Berit")

    answer = dina.post(url("find_former", department.pk), {"name": name, "reason": REASON})

    if error is None:
        assert answer.url == url("recipient", department.pk, former.pk)
    else:
        assert error in answer.context["form"].errors["name"][0]
        assert REASON in answer.text
        assert not AccessLogEntry.objects.exists()


def test_who_is_in_the_list_needs_no_reason(dina, department, service):
    recipient = factories.GrantFactory(service=service).recipient

    answer = dina.get(url("open_access", department.pk, recipient.pk))

    assert answer.url == url("recipient", department.pk, recipient.pk)


def test_a_new_recipient_with_the_name_of_a_former_one_is_noticed(
    dina, department, service, former
):
    new = {"given_name": "Gerd", "family_name": "Nordheim", "phone": "912 34 567"}
    grant = {"service": service.pk, "amount": 1, "unit": "visits", "period": "week"}
    sent = {"key": uuid.uuid4(), **new, **grant, "valid_from": "01.12.2026"}

    answer = dina.post(url("add_recipient", department.pk), sent)

    assert "is_another" in answer.context["new"].errors


@pytest.mark.parametrize("is_former", [True, False])
def test_the_plan_of_a_day_long_ago_names_nobody_whose_access_has_ended(
    dina, department, service, former, is_former
):
    day = factories.DayFactory(department=department, date=TODAY - dt.timedelta(days=120))
    visit = factories.VisitFactory(
        day=day,
        shift=factories.ShiftFactory(day=day),
        booking__recipient=former,
        booking__service=service,
        booking__starts_at=factories.local(day.date, 9),
        booking__note="Bring the blue box",
    )
    if not is_former:
        factories.GrantFactory(recipient=former, service=service, valid_from=TODAY)

    for name, *rest in (["board"], ["board_visit", visit.pk], ["report_visit", visit.pk]):
        page = dina.get(reverse(f"workflow:{name}", args=[department.pk, day.date, *rest]))
        assert page.status_code == 200
        assert ("Nordheim" in page.text) is not is_former
        assert not is_former or "blue box" not in page.text


def test_the_history_names_nobody_whose_access_has_ended(
    dina, administrator, department, service, former
):
    current = factories.GrantFactory(service=service, recipient__family_name="Dahlberg")
    for recipient in (former, current.recipient):
        record(
            "add_contact",
            by=administrator,
            department_id=department.pk,
            subject_id=recipient.pk,
            after={"relation": "sister"},
        )

    history = dina.get(reverse("departments:changes", args=[department.pk])).text

    assert "Dahlberg" in history
    assert "Nordheim" not in history
    assert history.count("Former recipient") == 1
    assert AccessLogEntry.objects.get().subject_id == current.recipient_id
