"""Secret URLs are not passed on by pages, such as by the ``next`` field of the language form,
which would write them into another URL and its log."""

import re
import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse

from booking.actions.feeds import make_feed, revoke_feed
from tests import factories
from tests.reauthentication import logged_in_again

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    cache.clear()


@pytest.fixture
def person():
    return factories.UserFactory(email="kari@example.test")


@pytest.fixture
def link(client, person, mailoutbox):
    """The link in the mail."""
    client.post(reverse("account_reset_password"), {"email": person.email})
    return re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]


def secret_of(link):
    return link.rstrip("/").partition("-")[2]


def assert_is_without(response, secret):
    assert secret not in response.text
    assert secret not in response.request["PATH_INFO"]


def test_a_valid_password_link_redirects_to_a_url_without_the_key(client, link):
    response = client.get(link, follow=True)
    assert 'name="password1"' in response.text
    assert_is_without(response, secret_of(link))


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_so_does_a_link_with_a_full_stop_from_the_mail(client, person, link, is_logged_in):
    if is_logged_in:
        client.force_login(person)
    response = client.get(f"{link.rstrip('/')}./", follow=True)
    assert reverse("account_reset_password") in response.text
    assert 'name="password1"' not in response.text
    assert_is_without(response, secret_of(link))
    # Choosing a language returns to this page.
    here = re.search(r'name="next" value="([^"]+)"', response.text)[1]
    assert here == response.request["PATH_INFO"]
    shown = client.post(reverse("accounts:choose_language"), {"language": "en", "next": here})
    assert "The link is used or too old" in client.get(shown.url).text


def test_a_used_link_is_refused_even_after_a_valid_one_was_opened(client, link):
    client.get(link, follow=True)
    response = client.get(link.replace("-", "-x"), follow=True)
    assert 'name="password1"' not in response.text


def test_a_closed_calendar_feed_does_not_show_its_secret(client, recipient):
    feed, secret = make_feed(recipient=recipient, by=recipient.user)
    revoke_feed(feed=feed, by=recipient.user)
    response = client.get(reverse("booking:feed", args=[secret]))
    assert response.status_code == 404
    assert secret not in response.text
    assert "<form" not in response.text


def test_the_page_of_a_new_calendar_feed_has_no_links_with_its_secret(client, recipient):
    client.force_login(recipient.user)
    response = logged_in_again(client).post(reverse("booking:make_feed"), {"key": uuid.uuid4()})
    secret = re.search(r"/calendar-feed/([^\"]+)\.ics", response.text)[1]
    ways = re.findall(r'name="next" value="([^"]+)"', response.text)
    assert set(ways) == {reverse("booking:feeds")}
    assert secret not in "".join(re.findall(r'action="([^"]+)"', response.text))
