"""Form fields for times and dates as people write them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from departments.forms.fields import (
    ComingDateField,
    WrittenDateField,
    WrittenEndField,
    WrittenLastMinuteField,
    WrittenTimeField,
    next_such_day,
)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("7", dt.time(7)),
        ("07", dt.time(7)),
        ("7.30", dt.time(7, 30)),
        ("07:30", dt.time(7, 30)),
        ("730", dt.time(7, 30)),
        ("1930", dt.time(19, 30)),
        (" 19 30 ", dt.time(19, 30)),
        ("0730", dt.time(7, 30)),
        ("0", dt.time(0)),
        ("23:55", dt.time(23, 55)),
    ],
)
def test_a_written_time_is_parsed(written, time):
    assert WrittenTimeField().clean(written) == time


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "required"),
        ("25", "invalid"),
        ("24:30", "invalid"),
        ("7:61", "invalid"),
        ("7:3", "invalid"),
        ("seven", "invalid"),
        ("-7", "invalid"),
        ("07:32", "step"),
        ("7:30:00", "seconds"),
        ("07.30.15", "seconds"),
        ("073000", "seconds"),
        ("24", "midnight"),
        ("24:00", "midnight"),
    ],
)
def test_an_invalid_time_is_refused_with_its_reason(written, code):
    with pytest.raises(ValidationError) as refused:
        WrittenTimeField().clean(written)
    assert refused.value.code == code


@pytest.mark.parametrize("written", ["24", "24:00", "24.00", "2400", " 24 00 "])
def test_24_is_the_next_midnight_where_an_end_is_written(written):
    assert WrittenEndField().clean(written) == dt.time(0)
    assert WrittenLastMinuteField().clean(written) == 24 * 60


@pytest.mark.parametrize(("written", "minutes"), [("0", 0), ("7", 420), ("2355", 1435)])
def test_an_end_beside_its_date_tells_both_midnights_apart(written, minutes):
    assert WrittenLastMinuteField().clean(written) == minutes


@pytest.mark.parametrize("written", ["24:05", "2430", "25", "24:00:00"])
def test_an_end_is_not_after_the_next_midnight(written):
    for field in (WrittenEndField(), WrittenLastMinuteField()):
        with pytest.raises(ValidationError):
            field.clean(written)


@pytest.mark.parametrize("written", ["13.03.2027", "13.3.27", "13.3.2027", "2027-03-13"])
def test_a_written_date_is_parsed(written):
    assert WrittenDateField().clean(written) == dt.date(2027, 3, 13)


@pytest.mark.parametrize(
    "written", ["", "31.02.2027", "13.03", "tomorrow", "03/31/2027", "31.12.9999", "01.01.1900"]
)
def test_an_invalid_date_is_refused(written):
    with pytest.raises(ValidationError):
        WrittenDateField().clean(written)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("31.01", "2027-01-31"),
        ("31. januar", "2027-01-31"),
        ("31 Jan.", "2027-01-31"),
        ("26.11.", "2026-11-26"),
        ("25/11", "2027-11-25"),
        ("31.02", None),
        ("29.02", None),  # not within a year
        ("31. foo", None),
    ],
)
def test_a_date_without_a_year_is_the_next_such_day(written, date):
    found = next_such_day(written, dt.date(2026, 11, 26))
    assert found == (dt.date.fromisoformat(date) if date else None)


def test_a_coming_date_is_today_or_later(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC), tick=False)

    assert ComingDateField().clean("26.11.2026") == dt.date(2026, 11, 26)
    with pytest.raises(ValidationError):  # it is the 26th here already
        ComingDateField().clean("25.11.2026")
