"""The log holds no secret and nobody's address."""

import logging

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from booking.actions.feeds import make_feed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """What goes to standard error."""
    console = [one for one in logging.getLogger().handlers if one.name == "console"]
    return console[0].format


def record(message, *args, error=None):
    about = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("django.request", logging.ERROR, "", 1, message, args, about)


def test_a_path_that_is_a_secret_is_not_written(log, recipient):
    _feed, secret = make_feed(recipient=recipient, by=recipient.user)
    for path, hidden in (
        (reverse("booking:feed", args=[secret]), secret),
        ("/accounts/password/reset/key/1a-abc-0123456789/", "0123456789"),
    ):
        written = log(record("Internal Server Error: %s", path))
        assert hidden not in written
        assert "Internal Server Error: /" in written


def test_what_the_database_refused_is_named_without_its_values(log):
    known = factories.UserFactory()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        factories.UserFactory(email=known.email)
    written = log(record("Task failed", error=refused.value))
    assert "accounts_user_email_key" in written
    assert "DETAIL: …" in written
    assert known.email not in written


def test_an_address_in_an_error_is_not_written(log):
    error = ConnectionError("550 <kari@example.test> is away, kari.lie@post.example.no=550")
    written = log(record("Not sent", error=error))
    assert "kari" not in written
    assert "550" in written
