"""Changes of the release before come along when their table moves to accounts."""

import importlib

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.models import Change
from departments import queries

MIGRATION = importlib.import_module("departments.migrations.0006_changes_move_to_accounts")
BEFORE = ("departments", "0005_days_take_bookings")


@pytest.fixture
def old_model(db):
    """The model of the release before, with its table."""
    state = MigrationLoader(connection).project_state(BEFORE)
    model = state.apps.get_model("departments", "ConfigurationChange")
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_all_rows_come_along_in_their_order_and_can_go_back(
    old_model, department, administrator, care_worker
):
    employee = care_worker.employments.get()
    old = [
        {"what": "set_special_day", "after": {"special_days": [], "from": "2099-03-13"}},
        {"what": "change_employment", "after": {"employee": str(employee.pk), "until": None}},
        {"what": "change_settings", "before": {"travel_minutes": 15}, "reason": "Longer roads"},
    ]
    for values in old:
        old_model.objects.create(department_id=department.pk, by_id=administrator.pk, **values)
    rows = list(old_model.objects.order_by("pk").values_list("at", "what", "before", "reason"))

    run(MIGRATION.TAKE_OVER)

    found = Change.objects.filter(department_id=department.pk, actor=administrator).order_by("pk")
    assert list(found.values_list("at", "verb", "before", "reason")) == rows
    assert [change.subject_id for change in found] == [None, care_worker.pk, None]
    assert found[1].object_id == employee.pk
    assert queries.undoable_changes(department, found, timezone.localdate()) == {found[0].pk}

    old_model.objects.all().delete()
    run(MIGRATION.GIVE_BACK)

    again = old_model.objects.order_by("pk")
    assert list(again.values_list("at", "what", "before", "reason")) == rows
    assert again[1].after["employee"] == str(employee.pk)
