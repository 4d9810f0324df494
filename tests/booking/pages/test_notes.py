"""Changing the note of a visit."""

import datetime as dt
import re

import pytest

from accounts.models import Change
from booking import actions
from booking.models import Mandate
from tests import factories
from tests.booking.pages.conftest import at, text_of
from tests.html_forms import Forms


@pytest.fixture
def visit(recipient, book):
    return book(recipient, at(10), note="Ring twice.")


def url(visit):
    return f"/bookings/{visit.pk}/note/"


def form_of(answer, visit, note):
    (form,) = [form for form in Forms(url(visit), answer.text).forms if form.action == url(visit)]
    return {**form.fields, "note": note}


def note_of(visit):
    visit.refresh_from_db()
    return visit.note


@pytest.mark.parametrize("note", ["Ring once.", "Ring\nonce.", ""])
@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_a_note_is_changed_or_removed(page, user, recipient, visit, note, view):
    page.post("/view/choose/", {"view": view})
    assert url(visit) in page.get(f"/bookings/{visit.pk}/").text
    shown = page.get(url(visit))
    assert "Ring twice." in shown.text
    revision = recipient.revision
    saved = page.post(url(visit), form_of(shown, visit, note), follow=True)
    assert "The note is saved." in text_of(saved)
    assert note_of(visit).split() == note.split()
    change = Change.objects.get(verb="change_note")
    assert (change.actor, change.subject_id) == (user, recipient.pk)
    assert "Ring" not in str((change.before, change.after))
    recipient.refresh_from_db()
    assert recipient.revision > revision
    assert "the note is changed" in text_of(page.get("/looks/changes/"))


def test_the_same_note_again_is_no_change(page, visit):
    page.post(url(visit), form_of(page.get(url(visit)), visit, "Ring twice."))
    assert not Change.objects.exists()


def test_a_note_that_another_has_changed_is_not_overwritten_unseen(page, user, visit):
    form = form_of(page.get(url(visit)), visit, "Ring once.")
    actions.change_note(booking=visit, note="Ring three times.", by=user)
    answer = page.post(url(visit), form)
    assert answer.status_code == 409
    assert "Ring three times." in answer.text
    assert "Ring once.</textarea>" in answer.text
    assert note_of(visit) == "Ring three times."
    page.post(url(visit), form_of(answer, visit, "Ring once."))
    assert note_of(visit) == "Ring once."


@pytest.mark.parametrize("why", ["begun", "cancelled"])
def test_a_visit_that_has_begun_or_is_cancelled_keeps_its_note(page, user, clock, visit, why):
    form = form_of(page.get(url(visit)), visit, "Ring once.")
    if why == "begun":
        clock.move_to(visit.starts_at + dt.timedelta(minutes=1))
        page.force_login(user)
    else:
        actions.cancel(booking=visit, by=user)
    assert page.get(url(visit)).headers["Location"] == f"/bookings/{visit.pk}/"
    answer = page.post(url(visit), form)
    assert answer.status_code == 409
    shown = re.search(r'id="written">.*?</section>', answer.text, re.DOTALL)[0]
    assert re.findall("<p>(.*?)</p>", shown) == ["Ring once."]
    assert f'href="/bookings/{visit.pk}/"' in answer.text
    assert note_of(visit) == "Ring twice."


def test_a_helper_who_may_look_changes_no_note(client, recipient, visit):
    helper = factories.MandateFactory(recipient=recipient, may=Mandate.May.LOOK).holder
    client.force_login(helper)
    client.post("/persons/choose/", {"person": recipient.pk})
    assert client.get(url(visit)).status_code == 404
