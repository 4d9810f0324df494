"""Mandates: given, registered, ended."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts import actions as accounts_actions
from accounts.errors import (
    InvitationClosed,
    InvitationRefused,
    OwnInvitation,
    TooManyInvitations,
)
from accounts.models import DeadAddress, Message, User
from booking import actions, errors, queries
from booking.access.pages import mandates_held_by
from booking.actions import Invited
from booking.actions.mandates import notify_of_expired_mandates
from booking.models import Mandate
from booking.queries.letters import write
from tests import factories
from tests.booking.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CARL = Invited(email="carl@example.test", name="Carl Berg")


def invite(recipient, to=CARL, **values):
    return actions.give_mandate(
        recipient=recipient,
        to=to,
        **{"may": Mandate.May.BOOK, "valid_from": TODAY, "by": recipient.user, **values},
    )


def give(recipient, to=CARL, **values):
    """A mandate whose holder has accepted the invitation."""
    return accept(invite(recipient, to, **values))


def accept(invitation):
    accounts_actions.accept_invitation(invitation=invitation)
    return Mandate.objects.get(pk=invitation.pk)


def register(recipient, department, administrator, to=CARL):
    return actions.register_guardian(
        recipient=recipient,
        to=to,
        may=Mandate.May.BOOK,
        valid_from=TODAY,
        reference="2026/4711",
        department=department,
        by=administrator,
    )


def guardian_of(recipient, department, administrator):
    """A guardian who was confirmed by another, and has accepted."""
    invitation = register(recipient, department, administrator)
    accounts_actions.confirm_invitation(invitation=invitation, by=factories.UserFactory())
    return accept(invitation)


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
        invite(recipient, may=Mandate.May.LOOK)
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


def test_a_guardian_needs_a_paper(recipient, department, administrator):
    guardian = guardian_of(recipient, department, administrator)
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


def test_the_helper_gets_an_invitation_and_the_giver_no_message(recipient, mailoutbox):
    give(recipient)
    assert kinds_told() == set()
    invite(recipient, to=Invited("gro@example.test", "Gro Dahl"))
    assert accounts_actions.send_invitations() == 1
    assert mailoutbox[0].to == ["gro@example.test"]
    assert recipient.given_name not in mailoutbox[0].body


def test_the_recipient_gets_a_message_about_a_guardian(recipient, department, administrator):
    guardian_of(recipient, department, administrator)
    assert kinds_told() == {("mandate.given", "Aksel")}


def test_the_end_is_announced_once(recipient):
    mandate = give(recipient)
    for _ in range(2):
        actions.end_mandate(mandate=mandate, by=recipient.user)
    assert Message.objects.filter(kind="mandate.ended").count() == 1


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
    guardian = guardian_of(jonas, department, administrator)
    ((given, words),) = write(department, jonas).told
    assert given.kind == "mandate.given"
    assert "Call us" in words.lines[1]

    actions.end_mandate(mandate=guardian, by=administrator)
    letter = write(department, jonas)
    assert letter.needless == [given]
    ((left, words),) = letter.told
    assert left.kind == "mandate.left"
    assert "Call us" in words.lines[1]
    assert kinds_told() >= {("mandate.ended", "Carl")}


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


# -- Invitations --------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_before_the_answer_there_is_no_mandate(recipient, known):
    if known:
        factories.UserFactory(email=CARL.email, given_name="Karl Johan")
    invitation = invite(recipient)

    assert not Mandate.objects.exists()
    assert User.objects.filter(email=CARL.email).exists() is known
    assert queries.invited_to_act_for(recipient) == [invitation]
    accept(invitation)
    assert queries.invited_to_act_for(recipient) == []
    assert may_act_for(User.objects.get(email=CARL.email)) == [recipient]


def test_a_withdrawn_invitation_gives_no_mandate(recipient):
    invitation = invite(recipient)
    accounts_actions.withdraw_invitation(invitation=invitation, by=recipient.user)
    with pytest.raises(InvitationClosed):
        accept(invitation)
    assert not Mandate.objects.exists()
    assert not User.objects.filter(email=CARL.email).exists()


def test_a_recipient_has_five_open_invitations_at_most(recipient):
    for n in range(5):
        invite(recipient, to=Invited(f"helper{n}@example.test", "Helper"))
    with pytest.raises(TooManyInvitations):
        invite(recipient)
    first = queries.invited_to_act_for(recipient)[0]
    accounts_actions.withdraw_invitation(invitation=first, by=recipient.user)
    invite(recipient)


def test_a_guardian_is_not_invited_before_somebody_else_has_confirmed(
    recipient, department, administrator
):
    invitation = register(recipient, department, administrator)
    assert accounts_actions.send_invitations() == 0
    for same in (administrator, factories.UserFactory(email=CARL.email)):
        with pytest.raises(OwnInvitation):
            accounts_actions.confirm_invitation(invitation=invitation, by=same)
    accounts_actions.confirm_invitation(invitation=invitation, by=factories.UserFactory())
    assert accounts_actions.send_invitations() == 1


def test_nobody_registers_themselves_as_guardian(recipient, department, administrator):
    with pytest.raises(errors.OwnAddress):
        register(recipient, department, administrator, Invited(administrator.email.upper(), "Me"))
    with pytest.raises(errors.OwnAddress):
        register(recipient, department, recipient.user)


@pytest.mark.parametrize("who", ["by", "confirmed_by"])
def test_who_registered_or_confirmed_a_guardian_cannot_become_it(
    recipient, department, administrator, who
):
    invitation = register(recipient, department, administrator)
    second = factories.UserFactory()
    accounts_actions.confirm_invitation(invitation=invitation, by=second)
    person = administrator if who == "by" else second
    User.objects.filter(pk=person.pk).update(email=CARL.email)
    with pytest.raises(OwnInvitation):
        accept(invitation)
    assert not Mandate.objects.exists()


def test_a_recipient_cannot_accept_to_act_for_themselves(recipient):
    invitation = invite(recipient)
    User.objects.filter(pk=recipient.user_id).update(email=CARL.email)
    with pytest.raises(InvitationRefused):
        accept(invitation)
