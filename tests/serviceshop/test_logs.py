"""Logs contain no secrets and no addresses."""

import logging

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from booking.actions.feeds import make_feed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """Formats a record as for standard error."""
    console = [one for one in logging.getLogger().handlers if one.name == "console"]
    return console[0].format


def record(message, *args, error=None):
    about = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("django.request", logging.ERROR, "", 1, message, args, about)


def test_secret_paths_are_hidden(log, recipient):
    _feed, secret = make_feed(recipient=recipient, by=recipient.user)
    for path, hidden in (
        (reverse("booking:feed", args=[secret]), secret),
        ("/accounts/password/reset/key/1a-abc-0123456789/", "0123456789"),
    ):
        written = log(record("Internal Server Error: %s", path))
        assert hidden not in written
        assert "Internal Server Error: /" in written


def test_database_errors_are_logged_without_values(log):
    known = factories.UserFactory()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        factories.UserFactory(email=known.email)
    written = log(record("Task failed", error=refused.value))
    assert "accounts_user_email_key" in written
    assert "DETAIL: …" in written
    assert known.email not in written


def test_addresses_in_errors_are_hidden(log):
    error = ConnectionError("550 <kari@example.test> is away, kari.lie@post.example.no=550")
    written = log(record("Not sent", error=error))
    assert "kari" not in written
    assert "550" in written
