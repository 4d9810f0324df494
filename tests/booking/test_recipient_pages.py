"""A department's recipients and their grants, for its administrator."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.errors import InvitationRefused
from accounts.messages.channels import ContactChannels
from accounts.models import (
    AccessLogEntry,
    AddressChange,
    Change,
    DeadAddress,
    Invitation,
    Message,
    User,
)
from booking import actions
from booking.actions.recipients import FOLLOWING
from booking.models import Departure, Grant, KeyFacts, Recipient, Relation
from booking.notices.audience import addressees, page_of
from booking.views.staff.urls import urlpatterns
from departments.models import Department, Service
from tests import factories

pytestmark = pytest.mark.django_db

POSTS = {
    "search_recipients", "add_recipient", "change_recipient", "change_grant",
    "ask_reassessment", "answer_reassessment",
    "register_guardian", "end_guardian", "book_by_phone", "move_by_phone", "cancel_by_phone",
    "letter_printed", "trust_address", "go_on_by_phone", "end_series_by_phone", "change_log_in",
    "invite_by_letter", "confirm_guardian", "withdraw_guardian", "change_contact_email",
    "end_pause_by_phone", "answer_pause", "confirm_pause",
    "report_departure", "confirm_departure", "undo_departure",
    "leave_out", "take_back_left_out",
    "add_contact", "change_keys", "declare_relation", "end_relation", "keep_visit",
    "needs_no_other_time", "note_call", "remove_contact",
    "agree_time", "end_agreed_time", "see_given_up",
}  # fmt: skip
# pages, and their forms
BOTH = {
    "all_letters", "end_pattern", "find_former", "new_pattern", "open_access", "pattern",
    "recipient_pause", "replace_grant",
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

    page = search(dina, department, "aks vik")

    assert found_by(page) == [recipient.pk]
    assert not AccessLogEntry.objects.filter(subject_id=other.pk).exists()


def search(client, department, text):
    return client.post(url("search_recipients", department.pk), {"name": text})


def test_what_a_search_finds_has_pages(dina, department, service, monkeypatch):
    monkeypatch.setattr("booking.views.staff.recipients.PER_PAGE", 2)
    people = [factories.RecipientFactory(family_name=f"Vik{letter}") for letter in "abc"]
    for one in people:
        factories.GrantFactory(recipient=one, service=service)

    first = search(dina, department, "vik")
    assert found_by(first) == [one.pk for one in people[:2]]
    (button,) = re.findall(r'name="page" value="(\d)"', first.text)

    form = {"name": "vik", "page": button}
    second = dina.post(url("search_recipients", department.pk), form)
    assert found_by(second) == [people[2].pk]
    looked = AccessLogEntry.objects.values_list("subject_id", flat=True)
    assert sorted(looked) == sorted(one.pk for one in people)


def found_by(page):
    return [hit.recipient.pk for hit in page.context["found"]]


@pytest.mark.parametrize(
    "number", ["90112233", "901 12 233", "+47 90 11 22 33", "0047 90112233", "2233"]
)
def test_a_search_finds_by_number(dina, department, service, number):
    hans = factories.RecipientFactory(phone="+4790112233")
    old = factories.RecipientFactory(phone="datter 90 11 22 33")
    other = factories.RecipientFactory(phone="+4790112234")
    for one in (hans, old, other):
        factories.GrantFactory(recipient=one, service=service)
    page = search(dina, department, number)
    assert set(found_by(page)) == {hans.pk, old.pk}
    assert "901\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}233" in page.text


def test_a_confidential_number_finds_nobody_and_is_not_shown(dina, department, service):
    hidden = factories.RecipientFactory(
        family_name="Hemmelig",
        phone="+4790112233",
        address="Skjulestedet 1",
        has_confidential_address=True,
    )
    factories.GrantFactory(recipient=hidden, service=service)
    assert found_by(search(dina, department, "90112233")) == []
    page = search(dina, department, "hemmelig")
    assert found_by(page) == [hidden.pk]
    assert "Skjulestedet" not in page.text
    assert "12\N{NO-BREAK SPACE}233" not in page.text


def test_a_search_shows_what_is_left_and_where_to_book(dina, department, service, recipient):
    recipient.grants.update(amount=2)
    factories.BookingFactory(recipient=recipient, service=service, starts_at=timezone.now())
    (hit,) = search(dina, department, "aks").context["found"]
    assert [(one.service, one.left, one.granted) for one in hit.balances] == [(service, 1, 2)]
    page = search(dina, department, "aks")
    assert url("phone", department.pk, recipient.pk, service.pk) in page.text

    recipient.grants.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    (hit,) = search(dina, department, "aks").context["found"]
    assert hit.balances == []


def test_a_search_reaches_all_departments_that_one_administers(
    dina, administrator, department, other_department, service
):
    third = factories.ServiceFactory()
    theirs = factories.ServiceFactory(department=other_department)
    both, there, _nowhere = [
        factories.GrantFactory(recipient__family_name="Moen", service=one).recipient
        for one in (service, theirs, third)
    ]
    factories.GrantFactory(recipient=both, service=theirs)
    assert found_by(search(dina, department, "moen")) == [both.pk]

    factories.EmployeeFactory(
        person=administrator, department=other_department, role="administrator"
    )
    page = search(dina, department, "moen")
    where = {hit.recipient: hit.department for hit in page.context["found"]}
    assert where == {both: department, there: other_department}
    assert url("recipient", other_department.pk, there.pk) in page.text
    assert other_department.name in page.text
    logged = AccessLogEntry.objects.get(subject_id=there.pk)
    assert logged.department_id == other_department.pk


def test_a_search_takes_the_same_queries_for_many(
    dina, department, service, django_assert_num_queries
):
    for size in (1, 6):
        for _ in range(size):
            grant = factories.GrantFactory(recipient__family_name="Moen", service=service)
            factories.BookingFactory(recipient=grant.recipient, service=service)
        search(dina, department, "moen")
        with django_assert_num_queries(7):
            search(dina, department, "moen")


def test_only_administrators_have_the_search_in_the_header(client, dina, department, care_worker):
    send = f'action="{url("search_recipients", department.pk)}"'
    page = dina.get(reverse("departments:staff", args=[department.pk]))
    assert page.text.count(send) == 1
    assert dina.get(url("recipients", department.pk)).text.count(send) == 2
    client.force_login(care_worker)
    assert "data-find" not in client.get(reverse("workflow:my_day")).text


def test_somebody_is_added_with_a_grant_once(dina, administrator, department, service):
    form = {**person(email="hans@example.test"), **granted(service)}

    for _ in range(2):
        dina.post(url("add_recipient", department.pk), form)

    hans = Recipient.objects.get()
    assert hans.user is None
    assert hans.grants.get().amount == 3
    assert (hans.added_by, hans.added_in) == (administrator, department)
    assert Invitation.objects.get().address == "hans@example.test"


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": "Berit"},
        {"phone": "901 12 234"},
        {"address": "Havnegata 5"},
        {"amount": "4"},
        {"email": "berit@example.test"},
    ],
)
def test_a_key_with_other_words_adds_nothing_and_keeps_them(dina, department, service, other):
    """The second person used to vanish, and the first one to get the second one's grant."""
    add = url("add_recipient", department.pk)
    form = {**person(), **granted(service)}
    dina.post(add, form)
    answer = dina.post(add, {**form, **other, "is_another": "on"})
    assert "This form was used before" in answer.text
    ((_name, value),) = other.items()
    assert f'value="{value}"' in answer.text
    assert Recipient.objects.count() == Grant.objects.count() == 1
    key = answer.context["new"]["key"].value()
    dina.post(add, {**form, **other, "is_another": "on", "key": key})
    assert Recipient.objects.count() == Grant.objects.count() == 2


def test_without_an_email_there_is_no_log_in(dina, department, service):
    dina.post(url("add_recipient", department.pk), {**person(), **granted(service)})

    assert Recipient.objects.get().user is None
    assert not Invitation.objects.exists()


@pytest.fixture
def secretive(other_department):
    """A recipient of another department, with a log-in and a confidential address."""
    known = factories.RecipientFactory(
        user=factories.UserFactory(email="hans@example.test"),
        family_name="Hemmelig",
        phone="99 88 77 66",
        address="Skjulestedet 1",
        directions="The key is under the stone",
        has_confidential_address=True,
    )
    factories.GrantFactory(
        recipient=known, service=factories.ServiceFactory(department=other_department)
    )
    return known


@pytest.mark.parametrize("email", ["Hans@example.test", "nobody@example.test"])
def test_a_typed_address_opens_nobodys_data(dina, department, service, secretive, email):
    answer = dina.post(
        url("add_recipient", department.pk),
        {**person(email=email), **granted(service)},
        follow=True,
    )

    added = Recipient.objects.get(given_name="Hans")
    assert added.pk != secretive.pk
    assert added.user is None
    assert secretive.grants.count() == 1
    for text in ("Hemmelig", "99 88 77 66", "Skjulestedet", "under the stone"):
        assert text not in answer.text
    assert "not answered" in answer.text
    assert "Has no log-in" in answer.text


def test_a_key_of_somebody_else_finds_nobody(dina, department, service, secretive):
    answer = dina.post(
        url("add_recipient", department.pk),
        {**person(key=str(secretive.pk)), **granted(service)},
    )

    assert "This form was used before" in answer.text
    assert "Hemmelig" not in answer.text
    assert secretive.grants.count() == 1
    assert not Grant.objects.filter(service=service).exists()
    key = answer.context["new"]["key"].value()
    dina.post(url("add_recipient", department.pk), {**person(key=key), **granted(service)})
    assert Recipient.objects.filter(given_name="Hans").exists()


@pytest.mark.parametrize("same", ["actor", "department"])
def test_a_key_is_for_one_actor_and_one_department(
    client, administrator, department, service, other_department, same
):
    form = person()
    actor = administrator
    if same == "department":
        actor = factories.EmployeeFactory(department=department, role="administrator").person
    Recipient.objects.create(
        pk=form["key"],
        given_name="Greta",
        family_name="Vik",
        added_by=administrator,
        added_in=other_department if same == "actor" else department,
    )
    client.force_login(actor)
    answer = client.post(url("add_recipient", department.pk), {**form, **granted(service)})
    assert "This form was used before" in answer.text
    assert not Grant.objects.exists()


def test_the_same_name_and_phone_twice_is_a_question(dina, department, service):
    add = url("add_recipient", department.pk)
    dina.post(add, {**person(), **granted(service)})

    asked = dina.post(add, {**person(given_name="hans"), **granted(service)})
    assert "Is it the same person?" in asked.text
    assert Recipient.objects.count() == 1
    dina.post(add, {**person(), **granted(service), "is_another": "on"})
    assert Recipient.objects.count() == 2


def test_staff_cannot_own_the_log_in_of_a_recipient(
    dina, administrator, department, service, recipient
):
    own = administrator.email.upper()
    answer = dina.post(
        url("add_recipient", department.pk), {**person(email=own), **granted(service)}
    )
    assert "This is your own e-mail." in answer.text
    answer = change_log_in(dina, department, recipient, own)
    assert "This is your own e-mail." in answer.text
    assert not Invitation.objects.exists()
    assert not Recipient.objects.filter(given_name="Hans").exists()
    change_log_in(dina, department, recipient, "other@example.test")
    administrator.email = "other@example.test"
    administrator.save()
    with pytest.raises(InvitationRefused):
        accept()


def test_a_department_invites_so_many_a_day(dina, department, service, recipient, settings):
    settings.INVITATIONS_A_DAY_OF_A_DEPARTMENT = 1
    change_log_in(dina, department, recipient, "one@example.test")
    answer = change_log_in(dina, department, recipient, "two@example.test")
    assert "many invitations today" in answer.text
    answer = dina.post(
        url("add_recipient", department.pk),
        {**person(email="three@example.test"), **granted(service)},
    )
    assert "many invitations today" in answer.text
    assert not Recipient.objects.filter(given_name="Hans").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", "x" * 101),
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

    dina.post(
        change, person(given_name="Aksel", family_name="Vik", phone="91 00 00 00", version="1")
    )

    recipient.refresh_from_db()
    assert recipient.phone == "+4791000000"
    assert recipient.revision > revision


def test_a_renamed_recipient_has_the_name_everywhere(dina, department, recipient):
    own = Client()
    own.force_login(recipient.user)
    tag = own.get("/calendar/")["ETag"]
    change = url("change_recipient", department.pk, recipient.pk)

    dina.post(change, person(given_name="", family_name="Sárá", version="1"))

    recipient.refresh_from_db()
    assert (recipient.given_name, recipient.family_name) == ("Sárá", "")
    assert recipient.initials == "S"
    assert recipient.user.full_name == "Sárá"
    again = own.get("/calendar/", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert "Sárá" in again.text
    found = search(dina, department, "sara")
    assert found_by(found) == [recipient.pk]
    assert ">Sárá</a>" in found.text


def test_a_change_of_something_else_leaves_the_users_name(dina, department, recipient):
    recipient.user.given_name = "Axel"
    recipient.user.save()
    change = url("change_recipient", department.pk, recipient.pk)
    dina.post(change, person(given_name="Aksel", family_name="Vik", version="1"))
    recipient.user.refresh_from_db()
    assert recipient.user.given_name == "Axel"


def test_whose_number_it_is_is_asked_before_it_is_saved(dina, department, recipient):
    change = url("change_recipient", department.pk, recipient.pk)
    page = dina.post(change, person(phone="datter Kari 901 12 233"))
    assert "Is 901 12 233 the person&#x27;s own number?" in page.text
    assert 'value="datter Kari 901 12 233"' in page.text
    recipient.refresh_from_db()
    assert recipient.phone != "+4790112233"


def test_a_changed_number_is_told_to_its_owner(dina, administrator, department, recipient):
    change = url("change_recipient", department.pk, recipient.pk)
    for _ in range(2):
        dina.post(change, person(phone="99 99 99 99", version="1"))
    recipient.user.refresh_from_db()
    assert recipient.user.phone == "+4799999999"
    assert AddressChange.objects.get().by == administrator
    assert Message.objects.get(kind="address.phone").user == recipient.user


SECRET = {
    "phone": "+4791827364",
    "address": "Hemmelig vei 1",
    "directions": "Hemmelig nøkkel",
    "has_confidential_address": True,
}


@pytest.fixture
def secret(recipient):
    Recipient.objects.filter(pk=recipient.pk).update(**SECRET)
    recipient.refresh_from_db()
    return recipient


def values_of(recipient):
    return Recipient.objects.values(*SECRET).get(pk=recipient.pk)


def sent(recipient, **values):
    """The form as its page shows it for a confidential address."""
    form = person(given_name="Aksel", family_name="Vik", phone="", address="", directions="")
    return {**form, "has_confidential_address": "on", "version": recipient.version, **values}


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ({}, {}),
        ({"address": "Ny vei 2"}, {"address": "Ny vei 2"}),
        ({"phone": "91 00 00 00"}, {"phone": "+4791000000"}),
        ({"directions": "Ring"}, {"directions": "Ring"}),
        ({"remove_phone": "on"}, {"phone": ""}),
        ({"remove_directions": "on"}, {"directions": ""}),
    ],
)
def test_confidential_fields_are_written_and_never_read(dina, department, secret, typed, changed):
    change = url("change_recipient", department.pk, secret.pk)
    answer = dina.post(change, sent(secret, **typed), follow=True)
    assert "The change is saved." in answer.text
    assert "Hemmelig" not in answer.text
    assert values_of(secret) == {**SECRET, **changed}


NEW = {"phone": "91 00 00 00", "address": "Ny vei 2", "directions": "Ring"}


@pytest.mark.parametrize("missing", ["phone", "address"])
def test_taking_the_mark_off_needs_new_values(dina, department, secret, missing):
    """An answer to the form without the mark used to open the page with the old address."""
    change = url("change_recipient", department.pk, secret.pk)
    form = sent(secret, **{**NEW, missing: ""}, has_confidential_address="")
    answer = dina.post(change, form)
    assert missing in answer.context["person"].errors
    assert "Hemmelig" not in answer.text
    assert "918 27 364" not in answer.text
    assert values_of(secret) == SECRET


@pytest.mark.parametrize(
    ("typed", "phone"), [({}, "+4791000000"), ({"phone": "", "remove_phone": "on"}, "")]
)
@pytest.mark.parametrize("directions", ["Ring", ""])
def test_the_mark_is_taken_off_with_new_values(dina, department, secret, typed, phone, directions):
    change = url("change_recipient", department.pk, secret.pk)
    form = sent(secret, **{**NEW, "directions": directions, **typed})
    del form["has_confidential_address"]
    dina.post(change, form)
    assert values_of(secret) == {
        "phone": phone,
        "address": "Ny vei 2",
        "directions": directions,
        "has_confidential_address": False,
    }


@pytest.mark.parametrize(
    ("typed", "phone", "is_saved"),
    [
        ({"phone": ""}, "+4790112233", False),
        ({"phone": "", "remove_phone": "on"}, "", True),
        ({"phone": "901 12 233", "remove_phone": "on"}, "", True),
        ({"phone": "90 00 00 09", "remove_phone": "on"}, "+4790112233", False),
    ],
)
def test_a_number_is_only_removed_by_choice(dina, department, recipient, typed, phone, is_saved):
    Recipient.objects.filter(pk=recipient.pk).update(phone="+4790112233")
    change = url("change_recipient", department.pk, recipient.pk)
    answer = dina.post(change, person(version="1", **typed), follow=True)
    recipient.refresh_from_db()
    assert recipient.phone == phone
    assert ("The change is saved." in answer.text) is is_saved


def test_the_mark_stays_when_two_recipients_become_one(recipient, secret):
    other = factories.RecipientFactory(has_confidential_address=True)
    Recipient.objects.filter(pk=recipient.pk).update(has_confidential_address=False)
    actions.join_recipient(from_=other, into=recipient)
    recipient.refresh_from_db()
    assert recipient.has_confidential_address


def test_every_row_of_a_recipient_follows_when_two_become_one():
    """A model that is forgotten is deleted with the recipient."""
    of_recipients = {one.related_model for one in Recipient._meta.related_objects}
    assert of_recipients == {*FOLLOWING, KeyFacts, Relation}


def test_a_report_that_somebody_has_moved_away_follows(recipient, administrator, department):
    other = factories.RecipientFactory(user=None)
    reported = Departure.objects.create(recipient=other, why="moved", reported_by=administrator)
    actions.join_recipient(from_=other, into=recipient)
    assert recipient.departures.get() == reported

    third = factories.RecipientFactory(user=None)
    Departure.objects.create(recipient=third, why="moved", reported_by=administrator)
    actions.join_recipient(from_=third, into=recipient)
    assert recipient.departures.get() == reported, "one report is enough"


def test_one_more_grant_of_the_same_service_is_refused_in_words(
    dina, department, recipient, service
):
    add = url("add_grant", department.pk, recipient.pk)

    page = dina.post(add, granted(service))

    assert "service" in page.context["new_grant"].errors
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("minutes", "amount", "is_possible"),
    [(45, "30", False), (60, "59", False), (45, "45", True), (30, "300", True)],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_grant_of_less_than_one_visit_is_refused(
    dina, department, recipient, service, is_new, minutes, amount, is_possible
):
    Service.objects.update(minutes=minutes)
    grant = recipient.grants.get()
    form = granted(service, amount=amount, unit="minutes")
    if is_new:
        Grant.objects.update(valid_from=dt.date(2020, 1, 1), valid_until=dt.date(2020, 12, 31))
        factories.GrantFactory(recipient=recipient, service__department=department)  # gives access
        page = dina.post(url("add_grant", department.pk, recipient.pk), form)
    else:
        form["version"] = "1"
        page = dina.post(url("change_grant", department.pk, grant.pk), form)

    assert (page.status_code == 302) is is_possible
    if not is_possible:
        shown = page.context["new_grant" if is_new else "form"]
        assert f"{minutes} minutes" in shown.errors["amount"][0]


WINDOW = {"kind_of_time": "window", "window_start": "08:00", "window_end": "11:00"}


@pytest.mark.parametrize(
    ("typed", "field", "kept"),
    [
        ({}, "", {"kind_of_time": "set"}),  # the service's
        ({"kind_of_time": "free"}, "", {"kind_of_time": "free", "window_start": None}),
        (WINDOW, "", {"kind_of_time": "window", "window_end": dt.time(11)}),
        (
            {"kind_of_time": "free", "at_most_a_day": "1", "days_between": "1", "reference": "1"},
            "",
            {"at_most_a_day": 1, "days_between": 1, "reference": "1"},
        ),
        ({**WINDOW, "window_end": ""}, "window_end", {}),
        ({**WINDOW, "window_end": "08:00"}, "window_end", {}),
        ({**WINDOW, "window_end": "08:55"}, "window_end", {}),  # a visit takes an hour
        ({**WINDOW, "kind_of_time": ""}, "window_start", {}),
        ({"at_most_a_day": "2", "days_between": "1"}, "days_between", {}),
        ({"kind_of_time": "never"}, "kind_of_time", {}),
        ({"weeks": "2"}, "", {"weeks": 2}),
        ({"weeks": "2", "period": "month"}, "weeks", {}),
    ],
)
def test_a_grant_says_who_chooses_the_time(
    dina, department, service, recipient, typed, field, kept
):
    Grant.objects.update(valid_from=dt.date(2020, 1, 1), valid_until=dt.date(2020, 12, 31))
    factories.GrantFactory(recipient=recipient, service__department=department)  # gives access
    Service.objects.update(kind_of_time="set")

    page = dina.post(url("add_grant", department.pk, recipient.pk), granted(service, **typed))

    if field:
        assert list(page.context["new_grant"].errors) == [field]
        assert recipient.grants.filter(service=service).count() == 1
        return
    made = recipient.grants.latest("valid_from")
    assert {name: getattr(made, name) for name in kept} == kept
    form = granted(service, amount="5", kind_of_time=made.kind_of_time, version="1")
    dina.post(url("change_grant", department.pk, made.pk), form)
    made.refresh_from_db()
    assert (made.amount, made.window_start, made.reference) == (5, None, "")


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
        "version": "1",
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
        "contact": recipient.contacts.create(position=1, name="X", phone="+4790000021").pk,
        "relation": recipient.relations.create(person=factories.UserFactory()).pk,
        "invitation": uuid.uuid4(),
        "pause": factories.PauseFactory(recipient=recipient).pk,
        "departure": recipient.departures.create(why="moved").pk,
        "pattern": factories.PatternFactory(
            recipient=recipient, service=recipient.grants.get().service
        ).pk,
        "date": 1,
        "agreed_time": factories.AgreedTimeFactory(grant=recipient.grants.get()).pk,
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
        if pattern.name in BOTH:
            assert client.post(address).status_code == answer.status_code
            continue
        wrong = client.get(address) if pattern.name in POSTS else client.post(address)
        assert wrong.status_code == 405, pattern.name
    assert not AccessLogEntry.objects.exists()


def test_recipients_of_another_department_are_not_found(dina, department, other_department):
    theirs = factories.GrantFactory(service=factories.ServiceFactory(department=other_department))

    for name, key in (("recipient", theirs.recipient_id), ("grant", theirs.pk)):
        assert dina.get(url(name, department.pk, key)).status_code == 404
    for name, key in (("change_recipient", theirs.recipient_id), ("change_grant", theirs.pk)):
        assert dina.post(url(name, department.pk, key)).status_code == 404


@pytest.fixture
def case_worker(department):
    return factories.EmployeeFactory(department=department, role="case_worker").person


@pytest.mark.parametrize("grants_by", ["administrator", "case_worker"])
def test_a_setting_says_who_enters_grants(
    client, department, recipient, service, administrator, case_worker, grants_by
):
    Department.objects.update(grants_by=grants_by)
    grant = recipient.grants.get()
    for role, user in (("administrator", administrator), ("case_worker", case_worker)):
        client.force_login(user)
        enters, version = role == grants_by, str(Grant.objects.get().version)
        form = granted(service, valid_from="01.01.2020", amount=str(Grant.objects.get().amount))
        answers = [
            client.post(
                url("change_grant", department.pk, grant.pk), {**form, "version": version}
            ),
            client.post(url("add_grant", department.pk, recipient.pk), form),
            client.get(url("new_recipient", department.pk)),
        ]
        assert [answer.status_code != 404 for answer in answers] == [enters] * 3
        pages = [
            client.get(url("grant", department.pk, grant.pk)),
            client.get(url("grants_of", department.pk, recipient.pk)),
        ]
        for page, action in zip(pages, ("change_grant", "add_grant"), strict=True):
            thing = grant if action == "change_grant" else recipient
            assert (url(action, department.pk, thing.pk) in page.text) is enters


def test_an_administrator_asks_for_reassessment_and_gets_an_answer(
    client, department, recipient, administrator, case_worker
):
    Department.objects.update(grants_by="case_worker")
    page = url("grant", department.pk, recipient.grants.get().pk)
    clients = Client(), client
    for one, user in zip(clients, (administrator, case_worker), strict=True):
        one.force_login(user)
    dina, kari = clients
    for reason in ("", "Needs help every day", "Asks once more"):  # one is open at a time
        dina.post(f"{page}ask/", {"reason": reason})
    assert "Not answered yet." in dina.get(page).text

    assert kari.get("/").url == url("grants", department.pk)
    listed = kari.get(url("grants", department.pk)).text
    assert "Needs help every day" in listed
    assert "Asks once more" not in listed
    for answer in ("", "A new one is entered", "Too late"):  # the first answer counts
        kari.post(f"{page}answer/", {"answer": answer})

    shown = dina.get(page).text
    assert "A new one is entered" in shown
    assert "Too late" not in shown
    assert f"{page}ask/" in shown
    assert "Needs help every day" not in kari.get(url("grants", department.pk)).text
    verbs = Change.objects.filter(subject_id=recipient.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["answer_reassessment", "ask_reassessment"]


@pytest.mark.parametrize(
    ("terms", "first", "possible"),
    [
        ({"amount": "9"}, dt.date(2026, 12, 3), None),  # more, from its first day
        ({"amount": "6"}, dt.date(2026, 12, 7), None),  # less, from a Monday
        ({"amount": "6"}, dt.date(2026, 12, 3), "7. desember"),
        ({"amount": "30", "period": "month"}, dt.date(2026, 12, 8), "14. desember"),
        ({"amount": "13", "weeks": "2"}, dt.date(2026, 12, 8), "14. desember"),
        ({"amount": "15", "weeks": "2"}, dt.date(2026, 12, 8), None),
        ({"amount": "31", "period": "month"}, dt.date(2026, 12, 8), None),
        ({"amount": "419", "unit": "minutes"}, dt.date(2026, 12, 31), "4. januar 2027"),
        ({"amount": "9"}, dt.date(2020, 1, 1), "7. januar 2020"),  # as early as the old one
    ],
)
def test_a_change_is_a_new_grant_and_less_starts_with_a_period(
    dina, department, recipient, terms, first, possible
):
    old = recipient.grants.get()  # 7 visits of an hour a week, from 6 January 2020
    page = url("replace_grant", department.pk, old.pk)
    form = granted(old.service, valid_from=f"{first:%d.%m.%Y}", version="1", **terms)

    preview = dina.post(page, form)
    if possible:
        (refused,) = preview.context["form"].errors["valid_from"]
        assert possible in refused
        assert recipient.grants.get() == old
        return
    assert recipient.grants.get() == old
    digest = re.search(r'name="previewed" value="(\w+)"', preview.text)[1]
    for _ in range(2):  # a second press makes no other
        dina.post(page, {**form, "previewed": digest, "key": str(old.service_id)})

    old.refresh_from_db()
    new = recipient.grants.get(pk=old.service_id)
    assert old.valid_until == first - dt.timedelta(days=1)
    assert (str(new.amount), new.valid_from, new.valid_until) == (terms["amount"], first, None)
    verbs = Change.objects.filter(subject_id=recipient.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["change_grant", "grant"]
    assert "within three weeks" in dina.get(url("grant", department.pk, new.pk)).text


def test_the_preview_of_a_new_grant_says_what_it_hits_and_changes_nothing(
    dina, department, recipient, service
):
    monday = timezone.localdate() + dt.timedelta(days=7 - timezone.localdate().weekday())
    for days, hour in ((0, 9), (1, 12), (2, 9), (3, 9), (8, 9)):
        starts_at = factories.local(monday + dt.timedelta(days=days), hour)
        factories.BookingFactory(recipient=recipient, service=service, starts_at=starts_at)
    form = granted(
        service,
        valid_from=f"{monday:%d.%m.%Y}",
        valid_until=f"{monday + dt.timedelta(days=6):%d.%m.%Y}",
        version="1",
        **WINDOW,
    )
    page = dina.post(url("replace_grant", department.pk, recipient.grants.get().pk), form)

    whys = [why.value for _, why in page.context["preview"].hits]
    assert whys == ["outside_window", "too_much", "after_end"]
    assert recipient.grants.get().valid_until is None


def test_a_person_reads_their_grants_and_how_to_appeal(client, recipient, department):
    client.force_login(recipient.user)
    assert "within three weeks" in client.get(reverse("booking:own_grants")).text
    Department.objects.update(appeal_text="Write to the mayor.")
    page = client.get(reverse("booking:own_grants")).text
    assert "7 visits a week" in page
    assert "Write to the mayor." in page


def test_a_case_worker_finds_people_and_sees_nothing_of_the_department(
    client, department, recipient, service, case_worker
):
    Department.objects.update(grants_by="case_worker")
    client.force_login(case_worker)
    found = client.post(url("search_grants", department.pk), {"name": "aks"})
    assert [one.pk for one in found.context["recipients"]] == [recipient.pk]
    assert client.post(url("search_grants", department.pk), {"name": ""}).status_code == 302
    added = client.post(url("add_recipient", department.pk), person() | granted(service))
    made = Recipient.objects.exclude(pk=recipient.pk).get()
    assert added.url == url("grants_of", department.pk, made.pk)
    assert client.get(url("recipient", department.pk, recipient.pk)).status_code == 404
    assert client.get(reverse("workflow:today", args=[department.pk])).status_code == 404


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


def accept():
    return accounts_actions.accept_invitation(invitation=Invitation.objects.get(answer=""))


def test_somebody_without_a_log_in_gets_one_by_accepting(dina, department, service):
    hans = factories.GrantFactory(service=service).recipient
    change_log_in(dina, department, hans, "Hans@example.test")
    hans.refresh_from_db()
    assert hans.user is None
    accept()
    hans.refresh_from_db()
    assert hans.user.email == "hans@example.test"
    assert hans.user.given_name == hans.given_name
    assert not hans.user.has_usable_password()


def test_the_email_of_a_log_in_changes_by_accepting_and_the_old_address_is_told(
    dina, administrator, department, recipient
):
    old = recipient.user.email
    accounts_actions.record_bounce(email=old)
    change_log_in(dina, department, recipient, "new@example.test")
    recipient.user.refresh_from_db()
    assert recipient.user.email == old
    accept()
    recipient.user.refresh_from_db()
    assert recipient.user.email == "new@example.test"
    assert not DeadAddress.objects.exists()
    change = AddressChange.objects.get()
    assert (change.by, change.old_address) == (administrator, old)
    assert Message.objects.get(kind="address.email").user == recipient.user
    assert AccessLogEntry.objects.filter(what="booking:change_log_in").exists()


def change_contact_email(page, department, recipient, email):
    recipient.refresh_from_db()
    sent = {"email": email, "remove": "" if email else "on", "version": recipient.version}
    return page.post(url("change_contact_email", department.pk, recipient.pk), sent, follow=True)


def test_a_recipient_without_a_log_in_gets_messages_where_staff_say(
    dina, department, service, recipient, mailoutbox, settings
):
    """The address of the spouse, who logs in with it: nothing opens on either side."""
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0  # whenever the test runs
    hans = factories.GrantFactory(service=service).recipient
    spouse, others = recipient.user, User.objects.count()

    answer = change_contact_email(dina, department, hans, spouse.email.upper())

    assert spouse.full_name not in answer.text
    assert "Has no log-in." in answer.text
    hans.refresh_from_db()
    assert (hans.user.email, hans.user.contact_email) == (None, spouse.email)
    assert ContactChannels.of(hans.user).addresses == {"email": spouse.email}
    assert Change.objects.get(verb="change_address").subject_id == hans.pk
    (to,) = addressees(hans)
    assert (to.user, to.is_other) == (hans.user, False)
    spouse.refresh_from_db()
    assert (spouse.contact_email, spouse.version) == ("", 1)
    client = Client()
    client.force_login(spouse)
    assert hans.full_name not in client.get("/me/").text

    stale = {"email": "", "remove": "on", "version": 1}
    url_ = url("change_contact_email", department.pk, hans.pk)
    assert dina.post(url_, stale).status_code == 409
    change_contact_email(dina, department, hans, "")
    hans.refresh_from_db()
    assert [to.user for to in addressees(hans)] == [None]  # a letter again
    accounts_actions.send_due()
    assert [mail.to for mail in mailoutbox] == [[spouse.email]]
    assert User.objects.count() == others + 1


def test_a_confidential_email_for_messages_is_not_shown_and_only_a_tick_box_removes_it(
    dina, department, service
):
    hans = factories.GrantFactory(service=service).recipient
    shown = change_contact_email(dina, department, hans, "shared@example.test").text
    assert "shared@example.test" in shown
    sent = {"email": "", "version": "2"}
    refused = dina.post(url("change_contact_email", department.pk, hans.pk), sent)
    assert "Tick “Remove the e-mail”" in refused.text
    Recipient.objects.filter(pk=hans.pk).update(has_confidential_address=True)
    for method, page, data in (
        (dina.get, "recipient", None),
        (dina.post, "change_contact_email", sent),  # kept
    ):
        answer = method(url(page, department.pk, hans.pk), data, follow=True)
        assert answer.status_code == 200
        assert "shared@example.test" not in answer.text
    hans.refresh_from_db()
    assert hans.user.contact_email == "shared@example.test"


@pytest.mark.parametrize("is_known", [True, False])
def test_a_log_in_takes_the_place_of_the_email_for_messages(
    dina, department, service, recipient, is_known
):
    hans = factories.GrantFactory(service=service).recipient
    change_contact_email(dina, department, hans, "shared@example.test")
    hans.refresh_from_db()
    without_log_in = hans.user
    factories.GrantFactory(recipient=hans)  # of another department, which does not matter yet
    if is_known:
        factories.UserFactory(email="hans@example.test")
    change_log_in(dina, department, hans, "hans@example.test")

    accept()

    hans.refresh_from_db()
    assert (hans.user.email, hans.user.contact_email) == ("hans@example.test", "")
    assert User.objects.filter(pk=without_log_in.pk).exists() is not is_known
    assert Change.objects.get(verb="accept_log_in").subject_id == hans.pk
    answer = change_contact_email(dina, department, hans, "other@example.test")
    assert "chooses it themselves" in answer.text
    hans.user.refresh_from_db()
    assert hans.user.contact_email == ""


def test_a_message_to_somebody_without_a_log_in_names_no_page(recipient):
    message = Message(user=recipient.user, channel="email")
    assert page_of(recipient, message, "/visits/") == "/visits/"
    recipient.user.email = None
    assert page_of(recipient, message, "/visits/") == ""


def test_a_new_invitation_replaces_the_one_before(dina, department, recipient):
    change_log_in(dina, department, recipient, "mistyped@example.test")
    change_log_in(dina, department, recipient, "new@example.test")
    answers = Invitation.objects.values_list("address", "answer")
    assert set(answers) == {("mistyped@example.test", "replaced"), ("new@example.test", "")}


def test_somebody_elses_address_gives_nothing_before_they_accept(
    dina, department, service, recipient
):
    other = factories.UserFactory(email="taken@example.test")
    without = factories.GrantFactory(service=service).recipient
    for person in (recipient, without):
        answer = change_log_in(dina, department, person, "Taken@example.test")
        assert answer.status_code == 302
    recipient.user.refresh_from_db()
    assert recipient.user.email != "taken@example.test"
    with pytest.raises(InvitationRefused):  # the recipient has a log-in, and it has an owner
        accounts_actions.accept_invitation(
            invitation=Invitation.objects.get(target_id=recipient.pk)
        )
    accounts_actions.accept_invitation(invitation=Invitation.objects.get(target_id=without.pk))
    without.refresh_from_db()
    assert without.user == other


def test_a_recipient_of_two_departments_is_one_after_accepting(
    dina, department, service, secretive
):
    dina.post(
        url("add_recipient", department.pk),
        {**person(email="hans@example.test"), **granted(service)},
    )
    added = Recipient.objects.get(given_name="Hans")
    dina.get(url("recipient", department.pk, added.pk))
    day = factories.DayFactory(department=department)
    visit = factories.VisitFactory(day=day, booking__recipient=added, booking__service=service)

    accept()

    assert not Recipient.objects.filter(pk=added.pk).exists()
    assert secretive.grants.count() == 2
    visit.booking.refresh_from_db()
    assert visit.booking.recipient == secretive
    secretive.refresh_from_db()
    assert secretive.family_name == "Hemmelig"
    assert AccessLogEntry.objects.filter(subject_id=secretive.pk).exists()
    assert not AccessLogEntry.objects.filter(subject_id=added.pk).exists()


def test_two_recipients_with_visits_at_the_same_time_stay_two(
    dina, department, service, secretive
):
    dina.post(
        url("add_recipient", department.pk),
        {**person(email="hans@example.test"), **granted(service)},
    )
    added = Recipient.objects.get(given_name="Hans")
    for one in (added, secretive):
        factories.BookingFactory(
            recipient=one, service=service, starts_at=timezone.now() + dt.timedelta(days=2)
        )

    with pytest.raises(InvitationRefused):
        accept()

    assert added.grants.count() == secretive.grants.count() == 1
    assert Invitation.objects.get().answer == ""


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


def test_what_is_typed_in_one_of_several_forms_survives_the_choice_of_a_language(
    dina, department, recipient
):
    page = url("recipient", department.pk, recipient.pk)
    shown = dina.get(page)
    name = "change-recipient-form"
    buttons = re.findall(rf'form="{name}" formnovalidate\s+formaction="([^"]*)"', shown.text)
    form = {"given_name": "Aksel Johan", "version": "1", "language": "nn"}
    again = dina.post(unescape(buttons[0]), form, follow=True)
    assert again.redirect_chain == [(page, 302)]
    assert 'value="Aksel Johan"' in again.text
    recipient.refresh_from_db()
    assert recipient.given_name != "Aksel Johan"


# -- Contact persons --------------------------------------------------------------------


def test_a_contact_person_is_added_once_and_removed(dina, recipient, department, administrator):
    page = [department.pk, recipient.pk]
    sent = {
        "key": uuid.uuid4(), "name": "Tone Vik", "phone": "33 00 00 21", "relation": "daughter",
        "is_called": "on",
    }  # fmt: skip
    for _ in range(2):
        dina.post(reverse("booking:add_contact", args=page), sent)
    contact = recipient.contacts.get()
    assert (contact.pk, contact.phone, contact.is_called) == (sent["key"], "+4733000021", True)
    shown = dina.get(reverse("booking:recipient", args=page)).text
    assert "Tone Vik" in shown
    assert 'href="tel:+4733000021"' in shown
    other = dina.post(reverse("booking:add_contact", args=page), {**sent, "name": "Other"})
    assert other.context["new_contact"].non_field_errors()

    dina.post(reverse("booking:remove_contact", args=[*page, contact.pk]))

    assert not recipient.contacts.exists()
    kept = Change.objects.filter(object_id=contact.pk)
    assert {one.verb for one in kept} == {"add_contact", "remove_contact"}
    assert not any("Tone" in str(one.after) for one in kept)


def test_contact_persons_of_a_confidential_address_are_not_shown(dina, recipient, department):
    recipient.has_confidential_address = True
    recipient.save()
    recipient.contacts.create(position=1, name="Tone Vik", phone="+4733000021")
    shown = dina.get(reverse("booking:recipient", args=[department.pk, recipient.pk])).text
    assert "Tone Vik" not in shown
    assert "33000021" not in shown


# -- Keys -------------------------------------------------------------------------------


def test_keys_are_written_down_and_the_history_has_no_number(dina, recipient, department):
    page, change = (
        reverse(f"booking:{name}", args=[department.pk, recipient.pk])
        for name in ("recipient", "change_keys")
    )
    shown = dina.get(page).context["keys"]
    sent = {"has_key": "on", "cabinet_number": "4711", "shown": shown.carried_values}
    dina.post(change, {**sent, "version": "0"})
    assert recipient.key_facts.cabinet_number == "4711"
    assert 'value="4711"' in dina.get(page).text

    stale = dina.post(change, {**sent, "cabinet_number": "12", "version": "0"})
    assert stale.status_code == 409
    assert stale.context["keys"]["cabinet_number"].value() == "12"
    assert stale.context["keys"].carried_version == 1

    refused = dina.post(change, {"cabinet_number": "12", "version": "1"})
    assert refused.context["keys"].errors["has_key"]
    kept = Change.objects.get(verb="change_keys")
    assert "4711" not in f"{kept.before} {kept.after}"
    dina.logout()
    dina.force_login(recipient.user)
    assert "4711" not in dina.get(reverse("booking:changes")).text
