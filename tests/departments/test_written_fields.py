"""Form fields for times and dates as people write them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from departments.forms.fields import ComingDateField, WrittenDateField, WrittenTimeField


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
        ("0", dt.time(0)),
        ("24", dt.time(0)),
        ("24:00", dt.time(0)),
    ],
)
def test_a_written_time_is_parsed(written, time):
    assert WrittenTimeField().clean(written) == time


@pytest.mark.parametrize(
    "written", ["", "25", "24:30", "7:61", "7:3", "seven", "7:30:00", "07:32"]
)
def test_an_invalid_time_is_refused(written):
    with pytest.raises(ValidationError):
        WrittenTimeField().clean(written)


@pytest.mark.parametrize("written", ["13.03.2027", "13.3.27", "13.3.2027", "2027-03-13"])
def test_a_written_date_is_parsed(written):
    assert WrittenDateField().clean(written) == dt.date(2027, 3, 13)


@pytest.mark.parametrize(
    "written", ["", "31.02.2027", "13.03", "tomorrow", "03/31/2027", "31.12.9999", "01.01.1900"]
)
def test_an_invalid_date_is_refused(written):
    with pytest.raises(ValidationError):
        WrittenDateField().clean(written)


def test_a_coming_date_is_today_or_later(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC), tick=False)

    assert ComingDateField().clean("26.11.2026") == dt.date(2026, 11, 26)
    with pytest.raises(ValidationError):  # it is the 26th here already
        ComingDateField().clean("25.11.2026")
