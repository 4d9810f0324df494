"""Mandates: given, registered, ended."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.models import DeadAddress, Message, User
from booking import actions, errors
from booking.access.pages import mandates_held_by
from booking.actions import Invited
from booking.actions.mandates import notify_of_expired_mandates
from booking.models import Mandate
from booking.notices.mandates import compose_holder
from booking.queries.letters import write
from tests import factories
from tests.booking.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CARL = Invited(email="carl@example.test", name="Carl Berg")


def give(recipient, to=CARL, **values):
    return actions.give_mandate(
        recipient=recipient,
        to=to,
        **{"may": Mandate.May.BOOK, "valid_from": TODAY, "by": recipient.user, **values},
    )


def may_act_for(user):
    return [mandate.recipient for mandate in mandates_held_by(user)]


def test_somebody_without_a_log_in_gets_one_without_a_password(recipient):
    mandate = give(recipient)

    carl = User.objects.get(email="carl@example.test")
    assert mandate.holder == carl
    assert (carl.given_name, carl.family_name) == ("Carl", "Berg")
    assert not carl.has_usable_password()
    assert may_act_for(carl) == [recipient]


def test_a_known_user_keeps_their_name_and_the_giver_sees_what_they_entered(recipient):
    known = factories.UserFactory(email="carl@example.test", given_name="Karl Johan")

    mandate = give(recipient, to=Invited(email="CARL@example.test", name="Uncle"))

    known.refresh_from_db()
    assert mandate.holder == known
    assert known.given_name == "Karl Johan"
    assert mandate.holder_name == "Uncle"


def test_nobody_is_their_own_helper(recipient):
    with pytest.raises(errors.OwnHelper):
        give(recipient, to=Invited(email=recipient.user.email, name="Me"))
    assert not Mandate.objects.exists()


def test_the_same_mandate_twice_is_refused_and_leaves_no_trace(recipient):
    give(recipient)
    with pytest.raises(errors.MandateOverlaps):
        give(recipient, may=Mandate.May.LOOK)
    assert Mandate.objects.get().may == Mandate.May.BOOK


def test_after_one_has_ended_another_can_be_given(recipient):
    actions.end_mandate(mandate=give(recipient), by=recipient.user)
    mandate = give(recipient, may=Mandate.May.LOOK)
    assert [m.pk for m in mandates_held_by(User.objects.get(email=CARL.email))] == [mandate.pk]


def test_ending_twice_keeps_the_first_end(recipient, clock):
    mandate = give(recipient)
    actions.end_mandate(mandate=mandate, by=recipient.user)
    mandate.refresh_from_db()
    ended_at = mandate.revoked_at
    clock.shift(dt.timedelta(hours=1))

    actions.end_mandate(mandate=mandate, by=factories.UserFactory())

    mandate.refresh_from_db()
    assert (mandate.revoked_at, mandate.revoked_by) == (ended_at, recipient.user)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (0, None, True),
        (0, 0, True),  # its last day
        (-9, -1, False),  # ended yesterday
        (1, None, False),  # begins tomorrow
    ],
)
def test_a_mandate_holds_from_its_first_day_through_its_last(recipient, first, last, holds):
    def day(offset):
        return None if offset is None else TODAY + dt.timedelta(days=offset)

    mandate = factories.MandateFactory(
        recipient=recipient, valid_from=day(first), valid_until=day(last)
    )
    assert bool(may_act_for(mandate.holder)) is holds


def test_a_guardian_needs_a_paper(recipient, administrator):
    guardian = actions.register_guardian(
        recipient=recipient,
        to=CARL,
        may=Mandate.May.BOOK,
        valid_from=TODAY,
        reference="2026/4711",
        by=administrator,
    )
    assert (guardian.kind, guardian.reference, guardian.given_by) == (
        Mandate.Kind.GUARDIAN,
        "2026/4711",
        administrator,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.MandateFactory(recipient=recipient, kind=Mandate.Kind.GUARDIAN)


def test_users_without_mandates_cost_no_statement(recipient, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert mandates_held_by(recipient.user) == []


def kinds_told():
    return set(Message.objects.values_list("kind", "user__given_name"))


def test_the_helper_gets_a_message_and_the_giver_none(recipient):
    give(recipient)
    assert kinds_told() == {("mandate.held", "Carl")}


def test_the_recipient_gets_a_message_about_a_guardian(recipient, administrator):
    actions.register_guardian(
        recipient=recipient,
        to=CARL,
        may=Mandate.May.BOOK,
        valid_from=TODAY,
        reference="2026/4711",
        by=administrator,
    )
    assert kinds_told() == {("mandate.held", "Carl"), ("mandate.given", "Aksel")}


def test_the_end_is_announced_once_and_an_ended_invitation_is_not(recipient):
    mandate = give(recipient)
    invitation = Message.objects.get(kind="mandate.held")
    assert "act for somebody" in compose_holder(invitation).subject
    for _ in range(2):
        actions.end_mandate(mandate=mandate, by=recipient.user)
    assert Message.objects.filter(kind="mandate.ended").count() == 1
    assert compose_holder(invitation) is None


def test_the_end_is_announced_to_the_other_party(recipient, administrator):
    first, second = give(recipient), give(recipient, to=Invited("gro@example.test", "Gro Dahl"))
    Message.objects.all().delete()
    actions.end_mandate(mandate=first, by=first.holder)
    assert kinds_told() == {("mandate.left", "Aksel")}
    actions.end_mandate(mandate=second, by=administrator)
    assert kinds_told() == {("mandate.left", "Aksel"), ("mandate.ended", "Gro")}
    assert Message.objects.filter(kind="mandate.left").count() == 2


def test_without_log_in_a_guardian_and_the_end_are_announced_by_letter(
    service, department, administrator
):
    jonas = factories.RecipientFactory(given_name="Jonas", user=None)
    factories.GrantFactory(recipient=jonas, service=service)
    guardian = actions.register_guardian(
        recipient=jonas,
        to=CARL,
        may=Mandate.May.BOOK,
        valid_from=TODAY,
        reference="2026/4711",
        by=administrator,
    )
    ((given, words),) = write(department, jonas).told
    assert given.kind == "mandate.given"
    assert "Call us" in words.lines[1]

    actions.end_mandate(mandate=guardian, by=administrator)
    letter = write(department, jonas)
    assert letter.needless == [given]
    ((left, words),) = letter.told
    assert left.kind == "mandate.left"
    assert "Call us" in words.lines[1]
    assert kinds_told() >= {("mandate.held", "Carl"), ("mandate.ended", "Carl")}


def test_the_end_is_announced_by_letter_when_nothing_else_reaches(recipient, department):
    mandate = give(recipient)
    DeadAddress.objects.create(user=recipient.user, channel="email", address=recipient.user.email)
    recipient.user.phone = ""
    recipient.user.save()
    actions.end_mandate(mandate=mandate, by=mandate.holder)
    ((left, _words),) = write(department, recipient).told
    assert (left.kind, left.channel) == ("mandate.left", "letter")


def test_an_expired_mandate_is_announced_once_to_both(recipient):
    give(recipient, valid_until=TODAY)
    Message.objects.all().delete()
    notify_of_expired_mandates(TODAY)
    assert kinds_told() == set()
    for days in (1, 1, 2, 3, 30):
        notify_of_expired_mandates(TODAY + dt.timedelta(days=days))
    assert sorted(Message.objects.values_list("kind", flat=True)) == [
        "mandate.ended",
        "mandate.left",
    ]


def test_an_expired_mandate_with_a_successor_is_not_announced(recipient):
    give(recipient, valid_until=TODAY)
    give(recipient, valid_from=TODAY + dt.timedelta(days=1))
    Message.objects.all().delete()
    notify_of_expired_mandates(TODAY + dt.timedelta(days=1))
    assert kinds_told() == set()
