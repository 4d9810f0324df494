"""Acting for a recipient: the switch in the header, the access log, and the end."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import AccessLogEntry, Invitation, User
from booking import actions
from booking.converters import Clock
from booking.models import Booking, BookingEvent, Mandate
from booking.views.steps import receipt_url
from tests import factories
from tests.booking.pages.conftest import CHOOSE, TODAY, TOMORROW, at, text_of
from tests.reauthentication import logged_in_again


@pytest.fixture
def ward(recipient):
    """The recipient that the guardian acts for: Aksel Vik."""
    return recipient


@pytest.fixture
def mandate(ward):
    return factories.MandateFactory(
        recipient=ward,
        holder__given_name="Carl",
        holder__family_name="Berg",
        holder__language="en",
        guardian=True,
    )


@pytest.fixture
def carl(client, mandate):
    """A client logged in as the guardian."""
    client.force_login(mandate.holder)
    return client


@pytest.fixture
def acting(carl, ward):
    """The guardian's client after switching to the ward."""
    choose(carl, ward)
    return carl


def choose(client, person=None):
    return client.post(reverse("booking:choose_person"), {"person": person.pk if person else ""})


def order(ward, service, starts_at=None, **values):
    return {
        "key": uuid.uuid4(),
        "recipient": ward.pk,
        "service": service.pk,
        "starts_at": (starts_at or at(10)).isoformat(),
        **values,
    }


def book_page(client, ward, service, **values):
    return client.post(reverse("booking:book"), order(ward, service, **values))


# -- Switching ------------------------------------------------------------------


def test_a_user_who_is_no_recipient_chooses_whom_to_act_for(carl, ward):
    page = carl.get("/", follow=True)
    assert page.redirect_chain[-1][0] == reverse("booking:persons")
    assert ward.full_name in text_of(page)
    assert "You are acting for yourself." not in text_of(page)  # nothing is theirs to book
    assert page.text.count(f'value="{ward.pk}"') == 1


def test_after_the_switch_each_page_names_the_recipient(acting, ward, service, book):
    visit = book(ward, at(12))
    for url in (
        reverse("booking:calendar"),
        reverse("booking:week"),
        reverse("booking:visits"),
        reverse("booking:times", args=[service.pk, TOMORROW]),
        reverse("booking:visit", args=[visit.pk]),
        reverse("booking:move", args=[visit.pk]),
        reverse("booking:cancel", args=[visit.pk]),
        reverse("booking:help"),
        reverse("accounts:me"),
    ):
        assert "You are acting for Aksel Vik" in text_of(acting.get(url)), url


def test_one_press_switches_back_to_ones_own_pages(acting, ward):
    choose(acting)
    # Carl has no services himself.
    assert "Whom is this about?" in text_of(acting.get(reverse("booking:calendar")))
    assert "You are acting for Aksel" not in text_of(acting.get(reverse("booking:help")))


def test_a_helper_who_is_a_recipient_has_both_sets_of_pages(client, mandate, ward, service):
    own = factories.RecipientFactory(user=mandate.holder, given_name="Carl")
    factories.GrantFactory(recipient=own, service=service)
    client.force_login(mandate.holder)
    page = text_of(client.get(reverse("booking:calendar")))
    assert "Hello, Carl" in page
    assert "Act for Aksel Vik" in page
    choose(client, ward)
    assert "Visits for Aksel Vik" in text_of(client.get(reverse("booking:calendar")))


def test_only_mandates_recipients_can_be_chosen(carl, stranger):
    assert choose(carl, stranger).status_code == 404
    assert "acting_for" not in carl.session


def test_log_out_forgets_the_choice(acting, mandate):
    acting.logout()
    acting.force_login(mandate.holder)
    assert "acting_for" not in acting.session


def test_without_mandates_there_is_no_switch_and_no_statement(
    page, grant, django_assert_num_queries
):
    assert 'class="whose' not in page.get(reverse("booking:calendar")).text


# -- Acting ---------------------------------------------------------------


def test_a_guardian_books_and_both_names_are_in_the_history(acting, mandate, ward, service):
    response = book_page(acting, ward, service)

    visit = Booking.objects.get()
    assert response.url == receipt_url(visit.pk)
    assert visit.recipient == ward
    event = visit.events.get()
    assert (event.by, event.via) == (mandate.holder, BookingEvent.Via.HELPER)
    assert "by Carl Berg" in text_of(acting.get(response.url))


def test_a_guardian_moves_and_cancels(acting, mandate, ward, book):
    visit = book(ward, at(12))
    acting.post(reverse("booking:move", args=[visit.pk]), {"starts_at": at(14).isoformat()})
    acting.post(reverse("booking:cancel", args=[visit.pk]))
    visit.refresh_from_db()
    assert visit.status == Booking.Status.CANCELLED
    assert [(event.kind, event.by, event.via) for event in visit.events.all()][1:] == [
        ("moved", mandate.holder, "helper"),
        ("cancelled", mandate.holder, "helper"),
    ]


def test_the_recipient_sees_who_cancelled(acting, ward, book, client, user):
    visit = book(ward, at(12))
    acting.post(reverse("booking:cancel", args=[visit.pk]))
    client.force_login(user)
    assert "Carl Berg cancelled it." in text_of(
        client.get(reverse("booking:visit", args=[visit.pk]))
    )
    assert "Cancelled by Carl Berg" in text_of(client.get(reverse("booking:visits")))


@pytest.mark.parametrize("view", ["ordinary", "simple"])
@pytest.mark.parametrize("way", ["api", "repeating"])
def test_the_recipient_sees_who_did_it_through_page_and_api(
    mandate, ward, service, client, user, view, way
):
    carl, via = mandate.holder, BookingEvent.Via(way)
    visit = actions.book(
        key=uuid.uuid4(), recipient=ward, service=service, starts_at=at(12), by=carl, via=via
    )
    client.force_login(user)
    client.post(CHOOSE, {"view": view})
    visit_page, listed = reverse("booking:visit", args=[visit.pk]), reverse("booking:visits")
    if view == "ordinary":
        assert "by Carl Berg" in text_of(client.get(visit_page))
    actions.move(booking=visit, starts_at=at(14), by=carl, via=via)
    assert "Carl Berg moved it." in text_of(client.get(visit_page))
    actions.cancel(booking=visit, by=carl, via=via, reason="He is away.")
    text = text_of(client.get(visit_page))
    assert "Carl Berg cancelled it. Reason: He is away." in text
    assert "municipality" not in text
    history = client.get(listed, {"before": at(14, 1).isoformat()})
    assert "Cancelled by Carl Berg Reason: He is away." in text_of(history)


def test_visits_cancelled_with_a_series_name_the_helper(acting, mandate, ward, book, client, user):
    series = actions.repeat(
        key=uuid.uuid4(), like=book(ward, at(12)), by=mandate.holder, mandate=mandate
    )
    made = series.dates.get().booking
    acting.post(reverse("booking:end_series", args=[series.pk]), {"visits": "cancel"})
    assert made.events.last().via == BookingEvent.Via.HELPER
    client.force_login(user)
    visit_page = text_of(client.get(reverse("booking:visit", args=[made.pk])))
    assert "Carl Berg cancelled it." in visit_page
    assert "by Carl Berg" in visit_page


def test_changes_by_staff_through_the_api_name_the_municipality(
    page, ward, service, book, administrator
):
    visit = actions.book(
        key=uuid.uuid4(),
        recipient=ward,
        service=service,
        starts_at=at(12),
        by=administrator,
        via=BookingEvent.Via.API,
    )
    visit_page = reverse("booking:visit", args=[visit.pk])
    assert "by the municipality" in text_of(page.get(visit_page))
    actions.move(
        booking=visit, starts_at=at(14), by=administrator, via=BookingEvent.Via.API, reason="Ill."
    )
    assert "The municipality moved it. Reason: Ill." in text_of(page.get(visit_page))


def test_history_reads_mandates_once(page, mandate, ward, service, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cancelled(hour):
        visit = actions.book(
            key=uuid.uuid4(), recipient=ward, service=service, starts_at=at(hour), by=ward.user
        )
        actions.cancel(booking=visit, by=mandate.holder, via=BookingEvent.Via.API)

    cancelled(9)
    page.get(reverse("booking:visits"))
    with CaptureQueriesContext(connection) as one:
        page.get(reverse("booking:visits"))
    cancelled(11)
    cancelled(13)
    with django_assert_num_queries(len(one)):
        page.get(reverse("booking:visits"))


def test_each_page_view_is_in_the_access_log(acting, mandate, ward):
    acting.get(reverse("booking:visits"))
    entry = AccessLogEntry.objects.get(what="booking:visits")
    assert (entry.actor, entry.subject_id) == (mandate.holder, ward.pk)


def test_acting_for_somebody_costs_three_statements(
    acting, page, ward, user, client, book, django_assert_num_queries
):
    """One statement for the mandates in place of the user's recipient, two for the log."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse("booking:visits")
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as own:
        client.get(url)
    client.force_login(ward.mandates.get().holder)
    choose(client, ward)
    client.get(url)
    with CaptureQueriesContext(connection) as acting_for:
        client.get(url)
    assert len(acting_for) <= len(own) + 2


# -- Looking only -----------------------------------------------------------------


@pytest.fixture
def looker(acting, mandate):
    Mandate.objects.filter(pk=mandate.pk).update(may=Mandate.May.LOOK)
    return acting


def test_a_helper_who_may_only_look_sees_no_buttons(looker, ward, book):
    visit = book(ward, at(12))
    page = looker.get(reverse("booking:calendar"), follow=True)
    assert page.redirect_chain[-1][0] == reverse("booking:visits")
    assert "12:00" in text_of(page)
    visit_page = looker.get(reverse("booking:visit", args=[visit.pk]))
    week = looker.get(reverse("booking:week"))
    for shown in (page, visit_page, week):
        assert "/move/" not in shown.text
        assert "/cancel/" not in shown.text
        assert "/book/" not in shown.text
        assert "You can look, not book." in text_of(shown)


def test_a_helper_who_may_only_look_cannot_change_anything(looker, ward, service, book):
    visit = book(ward, at(12))
    sent = [
        book_page(looker, ward, service),
        looker.post(reverse("booking:move", args=[visit.pk]), {"starts_at": at(14).isoformat()}),
        looker.post(reverse("booking:cancel", args=[visit.pk])),
    ]
    assert [response.status_code for response in sent] == [404, 404, 404]
    assert Booking.objects.confirmed().get() == visit


def test_the_simple_view_has_no_buttons_for_a_helper_who_may_only_look(
    looker, mandate, ward, book
):
    mandate.holder.preferences["view"] = "simple"
    mandate.holder.save()
    visit = book(ward, at(12))
    for url in (reverse("booking:visits"), reverse("booking:visit", args=[visit.pk])):
        page = looker.get(url)
        assert "/move/" not in page.text
        assert "/cancel/" not in page.text
        assert "Book a new time" not in text_of(page)


# -- The end -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["ended", "run out"])
def test_an_ended_mandate_applies_from_the_next_request(acting, mandate, ward, service, how):
    acting.get(reverse("booking:calendar"))
    if how == "ended":
        actions.end_mandate(mandate=mandate, by=ward.user)
    else:
        Mandate.objects.update(valid_until=timezone.localdate() - dt.timedelta(days=1))

    refused = book_page(acting, ward, service)

    assert refused.status_code == 404
    assert "You can't act for this person any more" in text_of(refused)
    assert not Booking.objects.exists()
    assert "acting_for" not in acting.session


def test_a_session_alone_gives_no_access(client, stranger, ward):
    client.force_login(stranger.user)
    session = client.session
    session["acting_for"] = str(ward.pk)
    session.save()
    assert client.get(reverse("booking:calendar")).status_code == 404


def test_a_form_sent_after_a_switch_is_shown_again_for_its_recipient(acting, ward, service):
    choose(acting)  # in another window

    response = book_page(acting, ward, service, note="Ring twice.")

    assert not Booking.objects.exists()
    check = acting.get(response.url)
    assert "You are acting for Aksel Vik" in text_of(check)
    assert "Ring twice." in check.text


# -- Giving and ending mandates --------------------------------------------------------------


def invite(**values):
    return {"name": "Gro Dahl", "email": "gro@example.test", "may": "book", **values}


def test_a_recipient_gives_a_mandate_and_ends_it(page, recipient):
    logged_in_again(page).post(reverse("booking:give_mandate"), invite(valid_until="31. desember"))
    invited = text_of(page.get(reverse("booking:mandates")))
    assert "gro@example.test Can see, book, move and cancel once they have said yes." in invited
    assert "not answered" in invited
    accounts_actions.accept_invitation(invitation=Invitation.objects.get())
    mandate = recipient.mandates.get()
    assert (mandate.kind, mandate.may, mandate.given_by) == ("helper", "book", recipient.user)
    assert mandate.valid_until == dt.date(2026, 12, 31)
    shown = text_of(page.get(reverse("booking:mandates")))
    assert "Gro Dahl" in shown

    page.post(reverse("booking:end_mandate", args=[mandate.pk]))
    mandate.refresh_from_db()
    assert mandate.revoked_at
    assert "Gro Dahl" not in text_of(page.get(reverse("booking:mandates")))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "gro"}, "email"),
        ({"may": "everything"}, "may"),
        ({"valid_until": "1.1.2026"}, "valid_until"),
        ({"valid_until": "soon"}, "valid_until"),
    ],
)
def test_errors_are_shown_and_the_form_stays_filled_in(page, recipient, values, field):
    answer = page.post(reverse("booking:give_mandate"), invite(**values))
    assert field in answer.context["form"].errors
    assert not recipient.mandates.exists()
    assert "gro" in answer.text


def test_own_email_and_the_same_helper_twice_are_errors(page, recipient):
    logged_in_again(page)
    own = page.post(reverse("booking:give_mandate"), invite(email=recipient.user.email))
    assert "This is your own e-mail." in text_of(own)
    page.post(reverse("booking:give_mandate"), invite())
    again = page.post(reverse("booking:give_mandate"), invite())
    assert "You have invited this person already." in text_of(again)
    assert Invitation.objects.count() == 1


def test_a_recipient_withdraws_an_invitation(page, recipient):
    logged_in_again(page).post(reverse("booking:give_mandate"), invite())
    invitation = Invitation.objects.get()
    withdraw = reverse("booking:withdraw_mandate", args=[invitation.pk])
    page.post(withdraw)
    invitation.refresh_from_db()
    assert invitation.answer == "withdrawn"
    assert "Gro Dahl" not in text_of(page.get(reverse("booking:mandates")))
    assert page.post(withdraw).status_code == 404


def test_a_recipient_cannot_end_a_guardians_mandate(page, recipient):
    guardian = factories.MandateFactory(recipient=recipient, guardian=True)
    assert page.post(reverse("booking:end_mandate", args=[guardian.pk])).status_code == 404
    shown = page.get(reverse("booking:mandates"))
    assert guardian.holder_name in text_of(shown)
    assert reverse("booking:end_mandate", args=[guardian.pk]) not in shown.text


def test_a_helper_cannot_give_mandates(acting, ward):
    for response in (
        acting.get(reverse("booking:mandates")),
        acting.post(reverse("booking:give_mandate"), invite()),
    ):
        assert response.status_code == 404
    assert ward.mandates.count() == 1


def test_a_helper_can_leave_and_a_guardian_cannot(acting, mandate, ward):
    leave = reverse("booking:leave_person", args=[mandate.pk])
    assert acting.post(leave).status_code == 404
    Mandate.objects.filter(pk=mandate.pk).update(kind=Mandate.Kind.HELPER)
    acting.post(leave)
    mandate.refresh_from_db()
    assert mandate.revoked_by == mandate.holder
    assert "acting_for" not in acting.session


def test_the_administrator_registers_a_guardian_and_ends_it(
    client, administrator, department, recipient
):
    client.force_login(administrator)
    register = reverse("booking:register_guardian", args=[department.pk, recipient.pk])
    form = invite(name="Carl Berg", valid_from="24.11.2026")

    refused = client.post(register, form)
    assert "reference" in refused.context["new_guardian"].errors

    client.post(register, {**form, "reference": "2026/17"})
    invitation = Invitation.objects.get()
    confirm = reverse(
        "booking:confirm_guardian", args=[department.pk, recipient.pk, invitation.pk]
    )
    client.post(confirm)
    invitation.refresh_from_db()
    assert invitation.due_at is None, "confirmed by who registered it"
    second = factories.EmployeeFactory(department=department, role="administrator").person
    client.force_login(second)
    client.post(confirm)
    accounts_actions.accept_invitation(invitation=invitation)
    guardian = recipient.mandates.get()
    assert (guardian.kind, guardian.reference) == ("guardian", "2026/17")
    page = client.get(reverse("booking:recipient", args=[department.pk, recipient.pk]))
    assert "2026/17" in page.text
    client.post(reverse("booking:end_guardian", args=[department.pk, recipient.pk, guardian.pk]))
    guardian.refresh_from_db()
    assert guardian.revoked_by == second


def test_where_there_is_one_administrator_a_coordinator_confirms(
    client, administrator, department, recipient
):
    client.force_login(administrator)
    form = invite(name="Carl Berg", valid_from="24.11.2026", reference="2026/17")
    client.post(reverse("booking:register_guardian", args=[department.pk, recipient.pk]), form)
    invitation = Invitation.objects.get()
    client.force_login(factories.CoordinatorFactory().user)
    page = client.get(reverse("booking:guardians"))
    assert "2026/17" in page.text
    assert recipient.family_name not in page.text
    confirm = reverse("booking:confirm_as_coordinator", args=[invitation.pk])
    factories.EmployeeFactory(department=department, role="administrator")
    assert client.post(confirm).status_code == 404, "another administrator can do it"
    department.employees.exclude(person=administrator).delete()
    client.post(confirm)
    invitation.refresh_from_db()
    assert invitation.due_at is not None
    assert "2026/17" not in client.get(reverse("booking:guardians")).text


def test_the_administrator_cannot_end_a_helpers_mandate(
    client, administrator, department, recipient
):
    helper = factories.MandateFactory(recipient=recipient)
    client.force_login(administrator)
    url = reverse("booking:end_guardian", args=[department.pk, recipient.pk, helper.pk])
    assert client.post(url).status_code == 404


def test_to_give_a_right_one_logs_in_again_and_loses_nothing_typed(page, recipient, mailoutbox):
    again = reverse("accounts:log_in_again")
    assert page.post(reverse("booking:give_mandate"), invite()).url == again
    assert not Invitation.objects.exists()
    page.post(again, {"action": "send"})
    code = re.search(r"^\d{6}$", mailoutbox[-1].body, re.MULTILINE)[0]
    page.post(again, {"action": "code", "code": code})
    assert Invitation.objects.get().proposal["name"] == "Gro Dahl"


@pytest.mark.parametrize("view", ["full", "simple"])
def test_a_helper_reads_before_and_after_who_gets_a_message(acting, ward, service, book, view):
    User.objects.update(preferences={"view": view})
    says = "Aksel gets an e-mail about this."
    visit = book(ward, at(12))
    check = reverse("booking:check", args=[service.pk, TOMORROW, Clock(dt.time(10))])
    move = reverse("booking:move_check", args=[visit.pk, TOMORROW, Clock(dt.time(14))])
    cancel = reverse("booking:cancel", args=[visit.pk])
    for url in (check, move, cancel):
        assert says in text_of(acting.get(url)), url
    too_soon = book_page(acting, ward, service, starts_at=at(9, date=TODAY))
    assert says in text_of(too_soon)  # it offers other times, booked by one press
    assert says not in text_of(acting.get(reverse("booking:visit", args=[visit.pk])))
    sent = order(ward, service)
    for url, form in (
        (reverse("booking:book"), sent),
        (reverse("booking:move", args=[visit.pk]), {"starts_at": at(14).isoformat()}),
        (cancel, {}),
    ):
        assert says in text_of(acting.post(url, form, follow=True)), url


def test_ones_own_pages_say_nothing_of_it(page, recipient, service, book):
    visit = book(recipient, at(12))
    check = reverse("booking:check", args=[service.pk, TOMORROW, Clock(dt.time(10))])
    for url in (check, reverse("booking:cancel", args=[visit.pk])):
        assert "about this" not in text_of(page.get(url))


# -- Whose pages these are ----------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "note/", "move/", "cancel/"])
@pytest.mark.parametrize("has_own_pages", [True, False])
def test_a_link_to_a_visit_of_the_ward_is_asked_about(
    carl, mandate, ward, book, page, has_own_pages
):
    if has_own_pages:
        factories.RecipientFactory(user=mandate.holder)
    link = f"/bookings/{book(ward, at(10)).pk}/{page}"
    question = carl.get(link)
    assert "Whom is this about?" in text_of(question)
    assert ward.full_name in text_of(question)
    form = {"person": ward.pk, "next": link}
    assert carl.post(reverse("booking:choose_person"), form).headers["Location"] == link
    assert carl.get(link).status_code == 200
    assert "Whom is this about?" not in text_of(carl.get(link))


def test_a_link_to_an_own_visit_is_asked_about_while_acting(acting, mandate, ward, service, book):
    own = factories.RecipientFactory(user=mandate.holder, given_name="Carl")
    factories.GrantFactory(recipient=own, service=service)
    link = f"/bookings/{book(own, at(10)).pk}/"
    assert own.full_name in text_of(acting.get(link))
    acting.post(reverse("booking:choose_person"), {"person": own.pk, "next": link})
    assert acting.get(link).status_code == 200


def test_a_link_to_a_day_of_the_wards_service_is_asked_about(carl, ward, service):
    assert "Whom is this about?" in text_of(carl.get(f"/book/{service.pk}/{TOMORROW}/"))


def test_a_strangers_visit_is_not_found(carl, mandate, stranger, book):
    factories.RecipientFactory(user=mandate.holder)
    link = f"/bookings/{book(stranger, at(10)).pk}/"
    assert carl.get(link).status_code == 404
    assert carl.get(f"/bookings/{uuid.uuid4()}/").status_code == 404


def test_no_page_elsewhere_is_opened_after_the_choice(carl, ward):
    form = {"person": ward.pk, "next": "https://elsewhere.test/"}
    assert carl.post(reverse("booking:choose_person"), form).headers["Location"] == "/"


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_the_wards_pages_do_not_say_my_or_your_of_the_visits(acting, ward, book, view):
    visit = book(ward, at(10))
    acting.post("/view/choose/", {"view": view})
    for path in (
        "/calendar/",
        "/bookings/",
        f"/bookings/{visit.pk}/",
        "/looks/changes/",
    ):
        text = text_of(acting.get(path)).lower()
        for words in ("my visits", "your visit", "your next visit", "my week", "my information"):
            assert words not in text, path


def test_settings_are_the_readers_own_also_while_acting(acting, ward):
    assert "This page is about yourself." in text_of(acting.get("/settings/"))
    assert "This page is about yourself." not in text_of(acting.get("/bookings/"))
