"""What was typed survives a session that ends in the middle of booking."""

import re
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, UnsentForm, UserSession
from booking.models import Booking
from tests import factories
from tests.booking.pages.conftest import at, text_of
from tests.reauthentication import logged_in_again


@pytest.fixture
def order(recipient, service, grant):
    return {
        "key": str(uuid.uuid4()),
        "recipient": str(recipient.pk),
        "service": str(service.pk),
        "starts_at": at(10).isoformat(),
        "note": "Ring twice.",
    }


def log_in(client, user):
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])


@pytest.fixture
def ended(page):
    """The recipient's browser, which showed them a page before their session ended."""
    return end(page)


def end(browser, path="booking:calendar"):
    browser.get(reverse(path))
    del browser.cookies[settings.SESSION_COOKIE_NAME]
    return browser


def acting(browser, holder, recipient):
    """A holder's browser whose session ended while they acted for the recipient."""
    log_in(browser, holder)
    browser.post(reverse("booking:choose_person"), {"person": str(recipient.pk)})
    return end(browser)


def test_a_form_is_filled_in_again_after_log_in(ended, user, order):
    client = ended
    sent = client.post(reverse("booking:book"), order)
    assert sent.url.startswith("/accounts/login/")
    assert "Ring" not in sent.url
    assert order["recipient"] not in sent.url

    log_in(client, user)
    check = client.get(sent.url.partition("next=")[2])

    assert "Ring twice." in check.text
    assert check.context["form"]["key"].value() == order["key"]
    client.post(reverse("booking:book"), order)
    assert str(Booking.objects.get().pk) == order["key"]


def test_a_guardian_logs_in_and_still_acts_for_the_person(client, recipient, order):
    holder = factories.MandateFactory(recipient=recipient, holder__language="en").holder
    holder.refresh_from_db()
    sent = acting(client, holder, recipient).post(reverse("booking:book"), order)
    log_in(client, holder)

    check = client.get(sent.url.partition("next=")[2])

    assert "You are acting for Aksel Vik" in text_of(check)
    assert "Ring twice." in check.text


def test_another_user_who_logs_in_does_not_see_the_form(ended, stranger, order):
    client = ended
    sent = client.post(reverse("booking:book"), order)
    log_in(client, stranger.user)
    answer = client.get(sent.url.partition("next=")[2])
    assert answer.context["form"]["note"].value() == ""
    assert "Aksel" not in answer.text


def test_of_a_browser_that_showed_nobody_anything_no_word_is_kept(client, user, order):
    sent = client.post(reverse("booking:book"), order)
    client.post(reverse("booking:move", args=[uuid.uuid4()]), {"starts_at": at(10).isoformat()})
    assert not UserSession.objects.exists()
    assert not UnsentForm.objects.exists()
    log_in(client, user)
    check = client.get(sent.url.partition("next=")[2])
    assert check.context["form"]["note"].value() == ""


def test_a_guardian_moves_for_the_same_person_after_log_in(client, recipient, book):
    holder = factories.MandateFactory(recipient=recipient, holder__language="en").holder
    visit = book(recipient, at(12))
    sent = acting(client, holder, recipient).post(
        reverse("booking:move", args=[visit.pk]), {"starts_at": at(14).isoformat()}
    )
    log_in(client, holder)
    check = client.get(sent.url.partition("next=")[2])
    assert "You are acting for Aksel Vik" in text_of(check)
    assert "Is this right?" in text_of(check)


@pytest.fixture
def strict(user):
    """A client that checks CSRF tokens, logged in again since the form was made."""
    client = Client(enforce_csrf_checks=True)
    log_in(client, user)
    client.get(reverse("booking:calendar"))
    return client


def test_a_booking_form_of_an_older_session_is_shown_again(strict, order):
    sent = strict.post(
        reverse("booking:book"),
        {**order, "csrfmiddlewaretoken": "x" * 64},
        headers={"Origin": "http://testserver"},
    )
    assert not Booking.objects.exists()
    assert "Ring twice." in strict.get(sent.url).text


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://elsewhere.example"}])
def test_a_form_from_another_site_leaves_no_draft(strict, order, origin):
    refused = strict.post(reverse("booking:book"), order, headers=origin)
    assert refused.status_code == 403
    assert "draft" not in strict.session
    assert not Booking.objects.exists()


@pytest.fixture
def help_from_carl():
    return {
        "email": "carl@example.test",
        "name": "Carl Berg",
        "may": "book",
        "valid_from": timezone.localdate().isoformat(),
    }


def send_from_older_page(browser, form):
    return browser.post(
        reverse("booking:give_mandate"),
        {**form, "csrfmiddlewaretoken": "x" * 64},
        headers={"Origin": "http://testserver"},
    )


def test_other_forms_of_an_older_session_are_filled_in_again(strict, help_from_carl, recipient):
    sent = send_from_older_page(strict, help_from_carl)
    page = strict.get(sent.url, follow=True)
    assert page.request["PATH_INFO"] == reverse("booking:mandates")
    assert "What you wrote is filled in again" in page.text
    assert 'value="Carl Berg"' in page.text
    assert not recipient.mandates.exists()

    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    logged_in_again(strict)
    strict.post(reverse("booking:give_mandate"), {**help_from_carl, "csrfmiddlewaretoken": token})
    assert Invitation.objects.get().address == "carl@example.test"


def asked_after_log_in(client, user, url, data=None):
    sent = end(client).post(url, data)
    log_in(client, user)
    return client.get(sent.url.partition("next=")[2], follow=True)


def test_cancelling_asks_for_the_visit_by_its_name_and_time(page, user, recipient, book):
    visit = book(recipient, at(12))
    url = reverse("booking:cancel", args=[visit.pk])
    asked = asked_after_log_in(page, user, url)
    assert f"Do you want to cancel “{visit.service.name}” on " in text_of(asked)
    assert "at 12:00?" in text_of(asked)
    assert ">Cancel the visit</button>" in asked.text
    visit.refresh_from_db()
    assert visit.status == Booking.Status.BOOKED
    page.post(url)
    visit.refresh_from_db()
    assert visit.status == Booking.Status.CANCELLED


def test_a_visit_cancelled_meanwhile_is_not_asked_for(page, user, recipient, book):
    visit = book(recipient, at(12))
    Booking.objects.filter(pk=visit.pk).update(status=Booking.Status.CANCELLED)
    asked = asked_after_log_in(page, user, reverse("booking:cancel", args=[visit.pk]))
    assert "Nothing was sent" in text_of(asked)
    assert not UnsentForm.objects.exists()


def test_a_page_that_shows_something_else_by_now_says_so(page, user, recipient, book):
    visit = book(recipient, at(12))
    Booking.objects.filter(pk=visit.pk).update(status=Booking.Status.CANCELLED)
    url = reverse("booking:repeat", args=[visit.pk])
    asked = asked_after_log_in(page, user, url, {"key": str(uuid.uuid4())})
    assert asked.request["PATH_INFO"] == reverse("booking:visit", args=[visit.pk])
    assert "Nothing was sent" in text_of(asked)


def assert_words_can_only_be_copied(browser, form):
    refused = send_from_older_page(browser, form)
    assert refused.status_code == 403
    assert "Carl Berg" in refused.text
    assert f'href="{reverse("booking:mandates")}"' in refused.text
    assert not UnsentForm.objects.exists()


def test_a_user_who_acts_for_others_can_only_copy_the_text(strict, user, help_from_carl):
    user.acts_for_others = True
    user.save()
    assert_words_can_only_be_copied(strict, help_from_carl)


def test_another_users_form_can_only_be_copied(strict, stranger, help_from_carl):
    log_in(strict, stranger.user)
    strict.get(reverse("booking:calendar"))
    assert_words_can_only_be_copied(strict, help_from_carl)


def test_a_log_in_code_is_not_stored(strict):
    refused = strict.post(
        reverse("account_logout"), {"code": "x y"}, headers={"Origin": "http://testserver"}
    )
    assert refused.status_code == 403
    assert not UnsentForm.objects.exists()


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://elsewhere.example"}])
def test_the_text_of_a_form_from_another_site_is_not_shown(strict, help_from_carl, origin):
    refused = strict.post(reverse("booking:give_mandate"), help_from_carl, headers=origin)
    assert refused.status_code == 403
    assert "Carl Berg" not in refused.text
    assert not UnsentForm.objects.exists()
