"""Whom a request, a program and an administrator may fetch, and what the log says of it."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.access import ACTING_FOR
from accounts.models import AccessLogEntry
from booking import errors
from booking.access import pages, programs, staff
from booking.models import BookingEvent, CalendarFeed, Mandate
from departments.models import Employee
from tests import factories
from tests.booking.conftest import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LOOK, BOOK = Mandate.May.LOOK, Mandate.May.BOOK
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def guardian(recipient):
    """Holds a mandate for the recipient, and has no grants."""
    return factories.MandateFactory(recipient=recipient, guardian=True).holder


@pytest.fixture
def request_of(rf):
    def request_of(user, acting_for=None, view="booking:visits"):
        request = rf.get("/")
        request.user = user
        request.session = {ACTING_FOR: str(acting_for)} if acting_for else {}
        request.acting_for = acting_for
        request.resolver_match = SimpleNamespace(view_name=view)
        return request

    return request_of


def logged():
    return list(AccessLogEntry.objects.values_list("actor", "subject_id", "what", "department_id"))


# -- Pages -------------------------------------------------------------------------


def test_ones_own_pages_are_for_oneself_and_leave_no_look(request_of, recipient, guardian):
    request = request_of(recipient.user)
    whose = pages.whose_pages(request)

    assert (whose.mandate, whose.is_own, whose.may_book) == (None, True, True)
    assert whose.via == BookingEvent.Via.ONLINE
    assert pages.recipient_for(request) == recipient
    assert pages.recipient_for(request, may=BOOK) == recipient
    assert pages.own_recipient(request) == recipient
    assert logged() == []


def test_whoever_acts_for_somebody_sees_their_pages_and_is_logged(request_of, recipient, guardian):
    other = factories.MandateFactory(holder=guardian)
    request = request_of(guardian, recipient.pk)
    whose = pages.whose_pages(request)

    assert (whose.is_own, whose.may_book) == (False, True)
    assert whose.mandate.recipient == recipient
    assert whose.others == [other]
    assert whose.via == BookingEvent.Via.HELPER
    assert pages.recipient_for(request, may=BOOK) == recipient
    assert logged() == [(guardian.pk, recipient.pk, "booking:visits", None)]
    with pytest.raises(Http404):
        pages.own_recipient(request)


def test_who_may_only_look_may_not_book(request_of, recipient, guardian):
    Mandate.objects.update(may=LOOK)
    request = request_of(guardian, recipient.pk)

    assert not pages.whose_pages(request).may_book
    with pytest.raises(Http404):
        pages.recipient_for(request, may=BOOK)
    assert logged() == []
    assert pages.recipient_for(request) == recipient
    assert len(logged()) == 1


def test_nobody_is_anybody_without_a_log_in(request_of):
    whose = pages.whose_pages(request_of(AnonymousUser()))
    assert (whose.mandates, whose.mandate) == ([], None)


def test_the_mandates_of_a_request_are_read_once(
    request_of, guardian, recipient, django_assert_num_queries
):
    request = request_of(guardian, recipient.pk)
    with django_assert_num_queries(1):
        assert pages.whose_pages(request) is pages.whose_pages(request)


def test_mandates_of_others_and_those_that_are_over_are_not_held(guardian, recipient):
    factories.MandateFactory(recipient=recipient)
    factories.MandateFactory(holder=guardian, valid_until=TODAY - DAY)
    factories.MandateFactory(holder=guardian, valid_from=TODAY + DAY)
    last = factories.MandateFactory(
        holder=guardian, valid_until=TODAY, recipient__given_name="Adam"
    )

    held = pages.mandates_held_by(guardian)

    assert [mandate.recipient for mandate in held] == [last.recipient, recipient]
    assert all(mandate.holder is guardian for mandate in held)


def test_a_choice_that_is_no_longer_allowed_ends_with_the_request(request_of, recipient, guardian):
    request = request_of(guardian, recipient.pk)
    Mandate.objects.update(valid_until=TODAY - DAY)

    with pytest.raises(pages.MandateEnded):
        pages.recipient_for(request)
    assert ACTING_FOR not in request.session
    assert request.acting_for is None


def test_whoever_chooses_themselves_is_on_their_own_pages(request_of, recipient, someone):
    request = request_of(recipient.user, recipient.pk)
    assert pages.recipient_for(request) == recipient
    assert ACTING_FOR not in request.session

    with pytest.raises(pages.MandateEnded):
        pages.recipient_for(request_of(recipient.user, someone().pk))


def test_a_switch_is_remembered_and_looked_up_again(request_of, recipient, guardian):
    request = request_of(guardian)
    assert pages.whose_pages(request).is_own

    assert pages.go_to(request, recipient.pk, may=BOOK) == recipient

    assert request.session[ACTING_FOR] == str(recipient.pk)
    assert request.acting_for == recipient.pk
    assert not pages.whose_pages(request).is_own


def test_a_switch_is_for_what_one_may(request_of, recipient, guardian):
    Mandate.objects.update(may=LOOK)
    with pytest.raises(Http404):
        pages.go_to(request_of(guardian), recipient.pk, may=BOOK)
    assert pages.go_to(request_of(guardian), recipient.pk, may=LOOK) == recipient


def test_who_has_no_pages_is_not_found(request_of, guardian, service):
    request = request_of(guardian)
    for fetch in (
        pages.recipient_for,
        pages.own_recipient,
        pages.person_for,
        lambda request: pages.whose_order(request, service.pk),
    ):
        with pytest.raises(Http404):
            fetch(request)


def test_a_service_is_found_by_those_who_have_or_had_a_grant_of_it(
    request_of, recipient, guardian, service
):
    other = factories.ServiceFactory(department=service.department)

    assert pages.granted_service(recipient, service.pk) == service
    assert pages.whose_order(request_of(recipient.user), service.pk) == (recipient, service)
    assert pages.whose_order(request_of(guardian, recipient.pk), service.pk) == (
        recipient,
        service,
    )
    for user, acting_for in ((recipient.user, None), (guardian, recipient.pk)):
        with pytest.raises(Http404):
            pages.whose_order(request_of(user, acting_for), other.pk)
    with pytest.raises(Http404):
        pages.granted_service(recipient, other.pk)


def test_an_order_for_oneself_is_one_statement(
    request_of, recipient, service, django_assert_num_queries
):
    request = request_of(recipient.user)
    with django_assert_num_queries(1):
        pages.whose_order(request, service.pk)


def test_an_order_for_somebody_else_needs_leave_to_book(request_of, recipient, guardian, service):
    Mandate.objects.update(may=LOOK)
    with pytest.raises(Http404):
        pages.whose_order(request_of(guardian, recipient.pk), service.pk)


def test_all_there_is_to_know_of_oneself_or_of_whom_one_acts_for(request_of, recipient, guardian):
    assert pages.person_for(request_of(recipient.user)).recipient == recipient
    assert logged() == []
    assert pages.person_for(request_of(guardian, recipient.pk)).recipient == recipient
    assert len(logged()) == 1


@pytest.mark.parametrize("kind", ["booking", "series"])
def test_only_the_recipients_own_is_found(
    request_of, recipient, guardian, service, kind, django_assert_num_queries
):
    factory = {
        "booking": factories.BookingFactory,
        "series": factories.BookingSeriesFactory,
    }[kind]
    fetch = {"booking": pages.booking_for, "series": pages.series_for}[kind]
    theirs = factory(service=service, recipient__user=factories.UserFactory())
    own = factory(service=service, recipient=recipient)

    for request in (request_of(recipient.user), request_of(guardian, recipient.pk)):
        found = fetch(request, own.pk)
        assert found == own
        with django_assert_num_queries(0):
            assert found.recipient == recipient
        with pytest.raises(Http404):
            fetch(request, theirs.pk)

    Mandate.objects.update(may=LOOK)
    looking = request_of(guardian, recipient.pk)
    assert fetch(looking, own.pk) == own
    with pytest.raises(Http404):
        fetch(looking, own.pk, may=BOOK)


def test_a_wish_of_the_recipient_is_found_by_those_who_may_change_it(
    request_of, recipient, guardian, service, someone
):
    own = factories.SlotWishFactory(service=service, recipient=recipient)
    theirs = factories.SlotWishFactory(service=service, recipient=someone())

    for request in (request_of(recipient.user), request_of(guardian, recipient.pk)):
        assert pages.wish_for(request, own.pk, may=BOOK) == own
        with pytest.raises(Http404):
            pages.wish_for(request, theirs.pk, may=LOOK)
    Mandate.objects.update(may=LOOK)
    with pytest.raises(Http404):
        pages.wish_for(request_of(guardian, recipient.pk), own.pk, may=BOOK)


def test_calendar_feeds_are_the_users_alone(request_of, recipient, guardian, someone):
    def feed(whose, secret):
        return CalendarFeed.objects.create(recipient=whose, by=whose.user, secret_hash=secret)

    other = someone()
    own, theirs = feed(recipient, "a"), feed(other, "b")

    assert pages.recipient_of_feeds(request_of(recipient.user)) == recipient
    assert pages.own_feed(request_of(recipient.user), own.pk) == own
    with pytest.raises(Http404):
        pages.own_feed(request_of(recipient.user), theirs.pk)
    with pytest.raises(Http404):
        pages.recipient_of_feeds(request_of(guardian, recipient.pk))
    with pytest.raises(Http404):
        pages.own_feed(request_of(guardian, recipient.pk), own.pk)


# -- Programs -------------------------------------------------------------------------


def access(user, recipient_id=None, may=LOOK):
    return programs.access_of(user, recipient_id, may=may, what="api:bookings")


def test_a_program_is_its_owners_when_nobody_is_named(recipient):
    for named in (None, recipient.pk):
        found = access(recipient.user, named, BOOK)
        assert (found.recipient, found.departments, found.is_staff) == (recipient, None, False)
    assert logged() == []


def test_a_program_without_an_own_recipient_has_to_name_one(guardian, administrator):
    for user in (guardian, administrator):
        with pytest.raises(Http404):
            access(user)


def test_a_program_acts_for_those_its_owner_acts_for(recipient, guardian, someone, service):
    for may in (LOOK, BOOK):
        found = access(guardian, recipient.pk, may)
        assert (found.recipient, found.is_staff) == (recipient, False)
        assert found.covers(factories.ServiceFactory())
    assert logged() == [(guardian.pk, recipient.pk, "api:bookings", None)]
    with pytest.raises(Http404):
        access(guardian, someone().pk)
    Mandate.objects.update(may=LOOK)
    assert access(guardian, recipient.pk)
    with pytest.raises(Http404):
        access(guardian, recipient.pk, BOOK)


def test_an_administrators_program_sees_what_concerns_their_departments(
    recipient, administrator, department, other_department, service
):
    elsewhere = factories.ServiceFactory(department=other_department)
    factories.GrantFactory(recipient=recipient, service=elsewhere)

    found = access(administrator, recipient.pk, BOOK)

    assert (found.recipient, found.departments) == (recipient, {department.pk})
    assert found.is_staff
    assert found.covers(service)
    assert not found.covers(elsewhere)
    assert logged() == [(administrator.pk, recipient.pk, "api:bookings", department.pk)]

    factories.EmployeeFactory(
        department=other_department, person=administrator, role=Employee.Role.ADMINISTRATOR
    )
    AccessLogEntry.objects.all().delete()
    both = access(administrator, recipient.pk)
    assert both.departments == {department.pk, other_department.pk}
    assert logged() == [(administrator.pk, recipient.pk, "api:bookings", None)]


def test_no_other_employee_has_access_by_their_work(
    recipient, care_worker, other_administrator, department
):
    former = factories.EmployeeFactory(
        department=department, role=Employee.Role.ADMINISTRATOR, valid_until=TODAY - DAY
    ).person
    for user in (care_worker, other_administrator, former):
        with pytest.raises(Http404):
            access(user, recipient.pk)
    assert logged() == []


def test_what_there_is_to_know_of_a_person_comes_with_the_access(recipient, guardian):
    def known(user, recipient_id=None, may=LOOK):
        found, person = programs.person_for_program(
            user, recipient_id, may=may, what="api:services"
        )
        return found.recipient, found.is_staff, person.recipient

    assert known(recipient.user) == (recipient, False, recipient)
    assert logged() == []
    assert known(guardian, recipient.pk) == (recipient, False, recipient)
    assert logged() == [(guardian.pk, recipient.pk, "api:services", None)]
    with pytest.raises(Http404):
        known(guardian)
    Mandate.objects.update(may=LOOK)
    with pytest.raises(Http404):
        known(guardian, recipient.pk, BOOK)


def test_a_booking_is_found_by_those_whom_it_concerns(
    recipient, guardian, administrator, other_administrator, other_department, service, someone
):
    def found(user, booking, may=LOOK):
        reach, its = programs.booking_for_program(user, booking.pk, may=may, what="api:booking")
        assert reach.recipient == recipient
        return its

    booking = factories.BookingFactory(recipient=recipient, service=service)
    for user in (recipient.user, guardian, administrator):
        assert found(user, booking, BOOK) == booking
    assert {actor for actor, *_ in logged()} == {guardian.pk, administrator.pk}
    for user in (someone().user, other_administrator):
        with pytest.raises(Http404):
            found(user, booking)

    elsewhere = factories.BookingFactory(
        recipient=recipient,
        service=factories.ServiceFactory(department=other_department),
        starts_at=booking.ends_at,
    )
    assert found(recipient.user, elsewhere) == elsewhere
    with pytest.raises(Http404):
        found(administrator, elsewhere)
    with pytest.raises(Http404):
        programs.booking_for_program(recipient.user, uuid.uuid4(), may=LOOK, what="api:booking")
    Mandate.objects.update(may=LOOK)
    with pytest.raises(Http404):
        found(guardian, booking, BOOK)


def test_a_program_finds_the_services_that_its_recipient_has_a_grant_of(
    recipient, administrator, department, other_department, service, someone
):
    ungranted = factories.ServiceFactory(department=department)
    someone(ungranted)
    elsewhere = factories.ServiceFactory(department=other_department)
    factories.GrantFactory(recipient=recipient, service=elsewhere)
    own = programs.ProgramAccess(recipient)
    of_staff = programs.ProgramAccess(recipient, frozenset([department.pk]))

    for reach in (own, of_staff):
        assert programs.service_of(reach, service.pk) == service
        with pytest.raises(errors.NotGranted):
            programs.service_of(reach, ungranted.pk)
        with pytest.raises(Http404):
            programs.service_of(reach, uuid.uuid4())
    assert programs.service_of(own, elsewhere.pk) == elsewhere
    with pytest.raises(Http404):
        programs.service_of(of_staff, elsewhere.pk)


def test_a_request_that_is_sent_again_finds_the_service_of_its_booking(
    recipient, service, department, someone
):
    booking = factories.BookingFactory(recipient=recipient, service=service)
    other = factories.ServiceFactory(department=department)
    reach = programs.ProgramAccess(recipient)
    recipient.grants.all().delete()

    assert programs.service_to_book(reach, service.pk, key=booking.pk) == service
    for whose, service_id, key in (
        (recipient, service.pk, uuid.uuid4()),
        (recipient, other.pk, booking.pk),
    ):
        with pytest.raises(errors.NotGranted):
            programs.service_to_book(programs.ProgramAccess(whose), service_id, key=key)
    stranger = factories.RecipientFactory()
    with pytest.raises(errors.NotGranted):
        programs.service_to_book(programs.ProgramAccess(stranger), service.pk, key=booking.pk)


# -- Administrators ------------------------------------------------------------------------


def test_a_department_has_the_recipients_of_its_services(
    recipient, department, other_department, administrator, someone
):
    past = someone(valid_until=TODAY - DAY)
    elsewhere = someone(factories.ServiceFactory(department=other_department))
    factories.GrantFactory(  # two grants are one recipient
        recipient=recipient, service=factories.ServiceFactory(department=department)
    )

    found = staff.recipients_of(department)

    assert sorted(one.pk for one in found) == sorted([recipient.pk, past.pk])
    fetched = staff.recipient_of(department, recipient.pk, by=administrator, what="booking:one")
    assert fetched == recipient
    assert logged() == [(administrator.pk, recipient.pk, "booking:one", department.pk)]
    with pytest.raises(Http404):
        staff.recipient_of(department, elsewhere.pk, by=administrator, what="booking:one")
    assert len(logged()) == 1


def test_each_on_a_list_is_logged(recipient, department, administrator, someone):
    other = someone()
    shown = staff.look_at_list(administrator, department, iter([other, recipient]), "booking:all")

    assert shown == [other, recipient]
    assert sorted(logged()) == sorted(
        (administrator.pk, one.pk, "booking:all", department.pk) for one in (recipient, other)
    )


def test_a_grant_of_the_departments_services_is_found_and_logged(
    recipient, department, other_department, administrator
):
    grant = recipient.grants.get()
    elsewhere = factories.GrantFactory(
        recipient=recipient, service=factories.ServiceFactory(department=other_department)
    )

    found = staff.grant_of(department, grant.pk, by=administrator, what="booking:grant")

    assert (found, found.recipient) == (grant, recipient)
    assert logged() == [(administrator.pk, recipient.pk, "booking:grant", department.pk)]
    for pk in (elsewhere.pk, uuid.uuid4()):
        with pytest.raises(Http404):
            staff.grant_of(department, pk, by=administrator, what="booking:grant")


def test_a_service_is_found_that_the_department_granted(
    recipient, department, other_department, service
):
    ungranted = factories.ServiceFactory(department=department)
    elsewhere = factories.ServiceFactory(department=other_department)
    factories.GrantFactory(recipient=recipient, service=elsewhere)

    assert staff.service_of(department, recipient, service.pk) == service
    for other in (ungranted, elsewhere):
        with pytest.raises(Http404):
            staff.service_of(department, recipient, other.pk)


def test_a_visit_that_staff_may_change_is_confirmed_also_after_it_has_begun(
    recipient, department, other_department, service, someone, django_assert_num_queries
):
    def booking(starts_at, whose=recipient, its_service=service, **values):
        return factories.BookingFactory(
            recipient=whose, service=its_service, starts_at=starts_at, **values
        )

    for one in (booking(NOW + HOUR), booking(NOW), booking(NOW - HOUR)):
        found = staff.confirmed_visit_of(department, recipient, one.pk)
        assert found == one
        with django_assert_num_queries(0):
            assert found.recipient == recipient
    for other in (
        booking(NOW + 2 * HOUR, status="cancelled", cancelled_at=NOW),
        booking(NOW + HOUR, whose=someone()),
        booking(NOW + 3 * HOUR, its_service=factories.ServiceFactory(department=other_department)),
    ):
        with pytest.raises(Http404):
            staff.confirmed_visit_of(department, recipient, other.pk)


def test_a_running_series_has_not_ended(recipient, department, other_department, service, someone):
    running = factories.BookingSeriesFactory(recipient=recipient, service=service)
    ended = factories.BookingSeriesFactory(
        recipient=recipient, service=service, time=dt.time(12), ended_at=NOW
    )
    theirs = factories.BookingSeriesFactory(recipient=someone(), service=service)
    elsewhere = factories.BookingSeriesFactory(
        recipient=recipient,
        service=factories.ServiceFactory(department=other_department),
        time=dt.time(14),
    )

    assert staff.running_series_of(department, recipient, running.pk) == running
    for other in (ended, theirs, elsewhere):
        with pytest.raises(Http404):
            staff.running_series_of(department, recipient, other.pk)
