"""Descriptions of configuration changes."""

import uuid

import pytest
from django.utils import translation

from accounts.changes import People, Person, describe
from accounts.models import Change


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def row(key="a", **values):
    return {
        "id": key,
        "weekday": 5,
        "opens_at": "15:00:00",
        "closes_at": "22:00:00",
        "staff": 3,
        "break_starts_at": None,
        "break_minutes": 0,
        "every_n_weeks": 1,
        "valid_from": "2026-01-05",
        "valid_until": None,
        "qualifications": [],
        **values,
    }


EMIL = uuid.uuid4()
ENDED = row(valid_until="2026-03-12")
FROM = {"from": "2026-03-13"}


@pytest.mark.parametrize(
    ("verb", "before", "after", "expected"),
    [
        (
            "add_opening_hours",
            {"rows": []},
            {"rows": [row()], **FROM},
            "New period: Friday 15:00–22:00, 3 employees, from Friday 13 March",
        ),
        (
            "change_opening_hours",
            {"rows": [row()]},
            {"rows": [ENDED, row("b", staff=2)], **FROM},
            "Friday 15:00–22:00: 3 → 2 employees, from Friday 13 March",
        ),
        (
            "change_opening_hours",
            {"rows": [row()]},
            {"rows": [ENDED, row("b", closes_at="21:00:00")], **FROM},
            "Friday 15:00–22:00, 3 employees → Friday 15:00–21:00, 3 employees, "
            "from Friday 13 March",
        ),
        (
            "change_opening_hours",
            {"rows": [row()]},
            {"rows": [ENDED, row("b", every_n_weeks=2)], **FROM},
            "Friday 15:00–22:00, 3 employees: other terms, from Friday 13 March",
        ),
        (
            "remove_opening_hours",
            {"rows": [row()]},
            {"rows": [ENDED], **FROM},
            "No longer: Friday 15:00–22:00, 3 employees, from Friday 13 March",
        ),
        (
            "undo",
            {"rows": [ENDED, row("b", staff=2)]},
            {"rows": [row()], **FROM},
            "Undone: Friday 15:00–22:00: 2 → 3 employees, from Friday 13 March",
        ),
        (
            "set_special_day",
            {"special_days": []},
            {
                "special_days": [
                    {
                        "date": "2026-03-13",
                        "name": "Course",
                        "hours": [{"opens_at": "10:00:00", "closes_at": "14:00:00", "staff": 1}],
                    }
                ],
                **FROM,
            },
            "Friday 13 March, Course: 10:00–14:00 (1 employee)",
        ),
        (
            "remove_special_day",
            {"special_days": [{"date": "2026-03-13"}]},
            {"special_days": [], **FROM},
            "Friday 13 March follows the ordinary week again",
        ),
        (
            "change_settings",
            {"travel_minutes": 15, "is_open": True, "public_holidays": "sunday"},
            {"travel_minutes": 20, "is_open": False, "public_holidays": "closed"},
            "Minutes of travel between two visits: 15 → 20; open for booking: yes → no; "
            "on public holidays: As on Sundays → Closed",
        ),
        (
            "change_employment",
            {"from": "2026-01-05", "until": None},
            {"from": "2026-01-05", "until": "2026-03-13"},
            "Emil Haugen works here until and including Friday 13 March",
        ),
        (
            "add_qualification",
            {},
            {"name": "Insulin"},
            "New qualification: Insulin",
        ),
    ],
)
def test_a_change_is_described_in_one_sentence(verb, before, after, expected):
    change = Change(verb=verb, subject_id=EMIL, before=before, after=after)

    assert describe(change, People({EMIL: Person("Emil Haugen")}, this_year=2026)) == expected
