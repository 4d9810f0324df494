"""Reports made by earlier releases come along."""

import importlib

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.models import Change
from booking.models import Booking
from tests import factories
from workflow import actions, queries
from workflow.models import Report

pytestmark = pytest.mark.django_db

MIGRATION = importlib.import_module("workflow.migrations.0003_earlier_reports_are_changes")
BEFORE = ("workflow", "0002_earlier_reports_are_kept")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_each_replaced_version_becomes_a_change_and_can_go_back(care_worker, administrator):
    state = MigrationLoader(connection).project_state(BEFORE)
    old_model = state.apps.get_model("workflow", "EarlierReport")
    with connection.schema_editor() as editor:
        editor.create_model(old_model)
    visit, now = factories.VisitFactory(), timezone.now()
    report = Report.objects.create(
        visit=visit, outcome="unable", reason="Wrong button", by=administrator, at=now, version=3
    )
    for version, outcome, note in ((1, "done", "Door was open"), (2, "no_contact", "")):
        old_model.objects.create(
            report_id=report.pk,
            version=version,
            outcome=outcome,
            note=note,
            by_id=care_worker.pk,
            at=now,
        )

    run(MIGRATION.TAKE_OVER)

    assert [(old.outcome, old.by) for old in queries.earlier_reports(report)] == [
        ("no_contact", care_worker),
        ("done", care_worker),
    ]
    last, first = Change.objects.all()
    assert (last.actor, last.reason, last.after["outcome"]) == (
        administrator,
        "Wrong button",
        "unable",
    )
    assert (first.subject_id, first.department_id) == (
        visit.booking.recipient_id,
        visit.booking.service.department_id,
    )
    assert first.after["changed"] == ["note"]
    assert "changed" not in last.after

    old_model.objects.all().delete()
    run(MIGRATION.GIVE_BACK)

    assert list(old_model.objects.order_by("version").values_list("version", "outcome")) == [
        (1, "done"),
        (2, "no_contact"),
    ]


def test_an_outcome_with_another_name_is_renamed_with_its_history(department, administrator):
    rename = importlib.import_module("workflow.migrations.0004_outcomes").rename
    day = factories.DayFactory(department=department)
    visit = factories.VisitFactory(day=day, booking__starts_at=timezone.now())
    report = actions.report(visit=visit, outcome="no_contact", by=administrator)
    report = actions.report(visit=visit, outcome="done", how="seen", by=administrator)
    report = actions.report(visit=visit, outcome="no_contact", by=administrator)
    changes = Change.objects.filter(verb="report").order_by("-pk")

    for old, new in (("no_contact", "not_available"), ("not_available", "no_contact")):
        for sql in rename(old, new):
            run(sql)
        assert Report.objects.get().outcome == new
        assert [one.outcome for one in queries.earlier_reports(report)] == ["done", new]
        assert [one.after["outcome"] for one in changes.all()] == [new, "done"]


def test_what_we_could_not_do_before_stops_counting(administrator, department):
    day = factories.DayFactory(department=department)
    for hour, outcomes in enumerate((["unable"], ["unable", "done"], ["no_contact"]), 8):
        booking = factories.BookingFactory(starts_at=factories.local(day.date, hour))
        for outcome in outcomes:
            visit = factories.VisitFactory(day=day, booking=booking)
            Report.objects.create(
                visit=visit, outcome=outcome, by=administrator, at=timezone.now()
            )
    run(importlib.import_module("workflow.migrations.0007_charges").UNABLE)
    assert [booking.uncharged_at is None for booking in Booking.objects.order_by("starts_at")] == [
        False,
        True,
        True,
    ]
