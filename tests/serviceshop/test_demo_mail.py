"""Mails of the demonstration: printed, stored and shown."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import RequestFactory
from django.utils import timezone

from accounts import dates
from serviceshop.demo import mail as demo_mail


@pytest.fixture(autouse=True)
def demonstration(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = "serviceshop.demo.mail.EmailBackend"


def page():
    request = RequestFactory().get("/demo/mail/")
    request.user = AnonymousUser()
    return demo_mail.mails(request).content.decode()


def test_mails_are_printed_and_listed_newest_first(capsys):
    mail.send_mail("Første", "Koden er 123456", "fra@demo.example", ["aksel@demo.example"])
    mail.send_mail("Andre", "Blåbær <b>", "fra@demo.example", ["berit@demo.example"])

    shown = page()
    assert shown.index("Andre") < shown.index("Første")
    assert "aksel@demo.example" in shown
    assert "Koden er 123456" in shown
    assert "Blåbær &lt;b&gt;" in shown
    first, second = capsys.readouterr().out.splitlines()  # one line each
    assert first.startswith("Mail to aksel@demo.example: Første")
    assert second.endswith("/demo/mail/")


def test_a_text_message_is_one_line_too(capsys):
    demo_mail.SmsGateway().send(number="+4790000100", text="Du får besøk.\n" * 20, reference="a")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Text message to +4790000100: Du får besøk.")
    assert len(line) < 160
    assert "+4790000100" in page()


def test_a_mail_shows_the_local_time():
    now = timezone.now()
    mail.send_mail("Første", "Koden er 123456", "fra@demo.example", ["aksel@demo.example"])

    minutes = {dates.clock(now + dt.timedelta(minutes=later), "nb") for later in (0, 1)}
    assert any(clock in page() for clock in minutes)


def test_the_page_works_without_mails():
    assert page()
