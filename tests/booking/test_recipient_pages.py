"""A department's recipients and their grants, for its administrator."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import AccessLogEntry, AddressChange, DeadAddress, Message, User
from booking.models import Grant, Recipient
from booking.views.staff.urls import urlpatterns
from tests import factories

pytestmark = pytest.mark.django_db

POSTS = {
    "search_recipients", "add_recipient", "change_recipient", "add_grant", "change_grant",
    "register_guardian", "end_guardian", "book_by_phone", "move_by_phone", "cancel_by_phone",
    "letter_printed", "trust_address", "go_on_by_phone", "end_series_by_phone", "change_log_in",
}  # fmt: skip


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


def url(name, *args):
    return reverse(f"booking:{name}", args=args)


def granted(service, **values):
    return {
        "service": str(service.pk),
        "amount": "3",
        "unit": "visits",
        "period": "week",
        "valid_from": "01.12.2026",
        **values,
    }


def person(**values):
    return {
        "key": str(uuid.uuid4()),
        "given_name": "Hans",
        "family_name": "Nes",
        "phone": "90 11 22 33",
        "address": "Havnegata 4",
        **values,
    }


def test_the_list_shows_the_departments_own_and_logs_each_look(
    dina, administrator, department, recipient, other_department
):
    elsewhere = factories.GrantFactory(
        service=factories.ServiceFactory(department=other_department, name="Respite")
    ).recipient
    factories.GrantFactory(
        recipient=recipient, service=factories.ServiceFactory(department=other_department)
    )

    page = dina.get(url("recipients", department.pk))

    assert [one.pk for one in page.context["recipients"]] == [recipient.pk]
    assert elsewhere.family_name not in page.text
    assert [grant.service.name for grant in page.context["recipients"][0].grants_here] == [
        "Cleaning"
    ]
    look = AccessLogEntry.objects.get()
    assert (look.actor, look.subject_id, look.department_id) == (
        administrator,
        recipient.pk,
        department.pk,
    )


def test_a_search_finds_by_part_of_the_name_and_logs_what_it_shows(
    dina, department, recipient, service
):
    other = factories.GrantFactory(service=service, recipient__family_name="Vikan").recipient

    page = dina.post(url("search_recipients", department.pk), {"name": "aks vik"})

    assert [one.pk for one in page.context["recipients"]] == [recipient.pk]
    assert not AccessLogEntry.objects.filter(subject_id=other.pk).exists()


def test_somebody_is_added_with_a_grant_once(dina, department, service):
    form = {**person(email="hans@example.test"), **granted(service)}

    for _ in range(2):
        dina.post(url("add_recipient", department.pk), form)

    hans = Recipient.objects.get()
    assert hans.user == User.objects.get(email="hans@example.test")
    assert not hans.user.has_usable_password()
    assert hans.grants.get().amount == 3


def test_without_an_email_there_is_no_log_in(dina, department, service):
    dina.post(url("add_recipient", department.pk), {**person(), **granted(service)})

    assert Recipient.objects.get().user is None


def test_somebody_known_elsewhere_gets_a_grant_and_keeps_what_they_are(
    dina, department, service, other_department
):
    known = factories.RecipientFactory(user=factories.UserFactory(email="hans@example.test"))

    dina.post(
        url("add_recipient", department.pk),
        {**person(email="Hans@example.test"), **granted(service)},
    )

    before = known.given_name
    known.refresh_from_db()
    assert known.given_name == before
    assert known.grants.get().service == service


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("email", "nobody"),
        ("amount", "0"),
        ("unit", "cups"),
        ("valid_from", "soon"),
        ("valid_until", "30.11.2026"),
        ("service", ""),
    ],
)
def test_bad_input_is_answered_in_words_and_kept(dina, department, service, field, value):
    page = dina.post(
        url("add_recipient", department.pk),
        {**person(), **granted(service), field: value},
    )

    found = [page.context[name].errors for name in ("new", "person", "grant")]
    assert any(field in errors for errors in found)
    assert 'value="Havnegata 4"' in page.text
    assert not Recipient.objects.exists()


def test_a_persons_data_is_changed(dina, department, recipient):
    change = url("change_recipient", department.pk, recipient.pk)
    revision = recipient.revision

    dina.post(change, person(given_name="Aksel", family_name="Vik", phone="91"))

    recipient.refresh_from_db()
    assert recipient.phone == "91"
    assert recipient.revision > revision


def test_a_confidential_address_is_written_and_never_read(dina, department, recipient):
    recipient.address, recipient.has_confidential_address = "Hemmelig vei 1", True
    recipient.save()

    page = dina.get(url("recipient", department.pk, recipient.pk))
    assert "Hemmelig" not in page.text

    change = url("change_recipient", department.pk, recipient.pk)
    form = person(given_name="Aksel", family_name="Vik", has_confidential_address="on")
    dina.post(change, {**form, "address": ""})
    recipient.refresh_from_db()
    assert recipient.address == "Hemmelig vei 1"

    dina.post(change, {**form, "address": "Ny vei 2"})
    recipient.refresh_from_db()
    assert recipient.address == "Ny vei 2"


def test_one_more_grant_of_the_same_service_is_refused_in_words(
    dina, department, recipient, service
):
    add = url("add_grant", department.pk, recipient.pk)

    page = dina.post(add, granted(service))

    assert "service" in page.context["new_grant"].errors
    assert Grant.objects.count() == 1


def test_a_service_of_another_department_is_no_choice(
    dina, department, recipient, other_department
):
    other = factories.ServiceFactory(department=other_department)

    page = dina.post(url("add_grant", department.pk, recipient.pk), granted(other))

    assert "service" in page.context["new_grant"].errors


def test_ending_a_grant_tells_of_visits_after_it_and_deletes_none(
    dina, department, recipient, service
):
    grant = recipient.grants.get()
    today = timezone.localdate()
    booking = factories.BookingFactory(
        recipient=recipient, service=service, starts_at=timezone.now() + dt.timedelta(days=5)
    )
    form = {
        "amount": "7",
        "unit": "visits",
        "period": "week",
        "valid_from": f"{grant.valid_from:%d.%m.%Y}",
        "valid_until": f"{today:%d.%m.%Y}",
    }

    for _ in range(2):
        page = dina.post(url("change_grant", department.pk, grant.pk), form, follow=True)

    grant.refresh_from_db()
    booking.refresh_from_db()
    assert grant.valid_until == today
    assert booking.status == "booked"
    assert "1" in [str(message) for message in page.context["messages"]][1]


@pytest.mark.parametrize("somebody", ["other_administrator", "care_worker", "recipient", "nobody"])
def test_every_page_is_for_the_departments_administrator_alone(
    client, request, department, recipient, somebody
):
    rows = {
        "recipient": recipient.pk,
        "grant": recipient.grants.get().pk,
        "service": recipient.grants.get().service_id,
        "booking": factories.BookingFactory(
            recipient=recipient, service=recipient.grants.get().service
        ).pk,
        "mandate": factories.MandateFactory(recipient=recipient, guardian=True).pk,
        "series": factories.BookingSeriesFactory(
            recipient=recipient, service=recipient.grants.get().service
        ).pk,
    }
    if somebody != "nobody":
        who = request.getfixturevalue(somebody)
        client.force_login(getattr(who, "user", who))
    for pattern in urlpatterns:
        address = reverse(
            f"booking:{pattern.name}",
            kwargs={"department": department.pk}
            | {name: rows[name] for name in pattern.pattern.converters},
        )
        answer = client.post(address) if pattern.name in POSTS else client.get(address)
        if somebody == "nobody":
            assert answer.url.startswith("/accounts/login/"), pattern.name
        else:
            assert answer.status_code == 404, pattern.name
        wrong = client.get(address) if pattern.name in POSTS else client.post(address)
        assert wrong.status_code == 405, pattern.name
    assert not AccessLogEntry.objects.exists()


def test_recipients_of_another_department_are_not_found(dina, department, other_department):
    theirs = factories.GrantFactory(service=factories.ServiceFactory(department=other_department))

    for name, key in (("recipient", theirs.recipient_id), ("grant", theirs.pk)):
        assert dina.get(url(name, department.pk, key)).status_code == 404
    for name, key in (("change_recipient", theirs.recipient_id), ("change_grant", theirs.pk)):
        assert dina.post(url(name, department.pk, key)).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_as_many_statements_for_many(
    dina, department, service, count, django_assert_max_num_queries
):
    for _ in range(count):
        factories.GrantFactory(service=service)
    with django_assert_max_num_queries(12):
        dina.get(url("recipients", department.pk))


# -- A log-in -----------------------------------------------------------------------------------


def change_log_in(dina, department, recipient, email):
    return dina.post(url("change_log_in", department.pk, recipient.pk), {"email": email})


def test_somebody_without_a_log_in_gets_one(dina, department, service):
    hans = factories.GrantFactory(service=service).recipient
    change_log_in(dina, department, hans, "Hans@example.test")
    hans.refresh_from_db()
    assert hans.user.email == "hans@example.test"
    assert hans.user.given_name == hans.given_name


def test_the_email_of_a_log_in_is_corrected_and_the_old_address_told(
    dina, administrator, department, recipient
):
    old = recipient.user.email
    accounts_actions.record_bounce(email=old)
    change_log_in(dina, department, recipient, "new@example.test")
    recipient.user.refresh_from_db()
    assert recipient.user.email == "new@example.test"
    assert not DeadAddress.objects.exists()
    change = AddressChange.objects.get()
    assert (change.by, change.old_address) == (administrator, old)
    assert Message.objects.get(kind="address.email").user == recipient.user
    assert AccessLogEntry.objects.filter(what="booking:change_log_in").exists()


def test_somebody_elses_email_is_refused_for_both(dina, department, service, recipient):
    factories.UserFactory(email="taken@example.test")
    without = factories.GrantFactory(service=service).recipient
    for person in (recipient, without):
        answer = change_log_in(dina, department, person, "Taken@example.test")
        assert "email" in answer.context["log_in"].errors
    without.refresh_from_db()
    assert without.user is None


@pytest.mark.parametrize("more", ["employee", "coordinator", "helper", "another department"])
def test_a_log_in_that_opens_more_is_its_owners_alone_to_change(
    dina, department, other_department, recipient, more
):
    if more == "employee":
        factories.EmployeeFactory(person=recipient.user)
    elif more == "coordinator":
        factories.CoordinatorFactory(user=recipient.user)
    elif more == "helper":
        recipient.user.acts_for_others = True
        recipient.user.save()
    else:
        theirs = factories.ServiceFactory(department=other_department)
        factories.GrantFactory(recipient=recipient, service=theirs)
    old = recipient.user.email
    answer = change_log_in(dina, department, recipient, "dina.self@example.test")
    assert "email" in answer.context["log_in"].errors
    recipient.user.refresh_from_db()
    assert recipient.user.email == old
