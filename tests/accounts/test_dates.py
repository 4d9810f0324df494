import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import translation

from accounts import dates

TUESDAY = dt.date(2026, 11, 24)


def at(text):
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("language", "day", "short_day"),
    [
        ("nb", "tirsdag 24. november", "tir 24. nov"),
        ("nn", "tysdag 24. november", "tys 24. nov"),
        ("en", "Tuesday 24 November", "Tue 24 Nov"),
        ("nb-no", "tirsdag 24. november", "tir 24. nov"),
        (None, "tirsdag 24. november", "tir 24. nov"),
    ],
)
def test_a_day_is_written_as_usual_in_each_language(language, day, short_day):
    assert dates.day(TUESDAY, language) == day
    assert dates.short_day(TUESDAY, language) == short_day


def test_weekdays_begin_on_monday_in_every_language():
    monday = dt.date(2026, 11, 23)
    week = [monday + dt.timedelta(days=n) for n in range(7)]
    assert [dates.day(date, "nb").split()[0] for date in week] == [
        *("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
    ]
    assert [dates.day(date, "nn").split()[0] for date in week] == [
        *("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag")
    ]


@pytest.mark.parametrize(
    ("days", "language", "text"),
    [
        (0, "nb", "i dag"),
        (1, "nb", "i morgen"),
        (1, "nn", "i morgon"),
        (-1, "en", "yesterday"),
        (2, "nb", "torsdag 26. november"),
        (60, "nb", "lørdag 23. januar 2027"),
    ],
)
def test_yesterday_today_and_tomorrow_are_named(days, language, text):
    assert dates.near_day(TUESDAY + dt.timedelta(days=days), language, today=TUESDAY) == text


def test_an_instant_is_shown_in_local_time():
    just_after_midnight = at("2026-11-23T23:30:00+00:00")
    assert dates.day(just_after_midnight, "nb") == "tirsdag 24. november"
    assert dates.clock(just_after_midnight, "nb") == "00.30"
    assert dates.hm(just_after_midnight) == "00:30"


@pytest.mark.parametrize(
    ("language", "words"), [("nb", ", kvart over ti"), ("nn", ", kvart over ti"), ("en", "")]
)
def test_a_time_with_a_full_stop_is_followed_by_words_to_hear(language, words):
    template = Template("{% load dates %}{{ at|in_words }}")
    with translation.override(language):
        assert template.render(Context({"at": at("2026-11-24T09:15:00+00:00")})) == words


def test_words_before_the_part_of_the_day_do_not_say_it_too():
    template = Template("{% load dates %}{{ at|in_words }}{{ at|in_words_before_part }}")
    with translation.override("nb"):
        said = template.render(Context({"at": at("2026-11-24T19:30:00+00:00")}))
    assert said == ", halv ni om kvelden, halv ni"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(21600, "15 dager"), (1440, "1 dag"), (2160, "36 timer"), (90, "1 time og 30 minutter")],
)
def test_a_long_time_is_in_whole_days(minutes, words):
    assert dates.long_duration(minutes, "nb") == words


def test_the_repeated_hour_in_october_is_distinguished():
    assert dates.clock(at("2026-10-25T00:30:00+00:00"), "nb") == "02.30 (sommertid)"
    assert dates.clock(at("2026-10-25T01:30:00+00:00"), "nb") == "02.30 (vintertid)"
    assert dates.hm(at("2026-10-25T01:30:00+00:00"), "en") == "02:30 (winter time)"
    assert dates.clock(at("2026-10-25T02:00:00+00:00"), "nb") == "03.00"


@pytest.mark.parametrize(
    ("minutes", "long", "short"),
    [
        (45, "45 minutter", "45 min"),
        (1, "1 minutt", "1 min"),
        (60, "1 time", "1 t"),
        (150, "2 timer og 30 minutter", "2 t 30 min"),
        (0, "0 minutter", "0 min"),
    ],
)
def test_durations_are_written_in_hours_and_minutes(minutes, long, short):
    assert dates.duration(minutes, "nb") == long
    assert dates.short_duration(minutes, "nb") == short


def test_the_filters_use_the_language_of_the_page():
    template = Template(
        "{% load dates %}{{ start|day|capfirst }} {{ start|at_clock }}, {{ start|clock_to:end }}, "
        "{{ start|hm_to:end }}, {{ start|week }}, {{ start|short_weekday }} "
        "{{ start|day_of_month }} {{ start|short_month }}"
    )
    context = Context(
        {"start": at("2026-11-24T09:00:00+00:00"), "end": at("2026-11-24T10:30:00+00:00")}
    )
    with translation.override("nb"):
        assert template.render(context).replace(" 2026", "") == (
            "Tirsdag 24. november klokka\N{NO-BREAK SPACE}10.00, "
            "10.00–11.30, 10:00–11:30, uke 48, tir 24 nov"
        )
    with translation.override("en"):
        assert template.render(context).replace(" 2026", "") == (
            "Tuesday 24 November at\N{NO-BREAK SPACE}10:00, "
            "10:00–11:30, 10:00–11:30, week 48, Tue 24 Nov"
        )


@pytest.mark.parametrize(
    ("start", "end", "classes"),
    [
        ("2026-11-24T10:15:00+01:00", "2026-11-24T11:00:00+01:00", "at-1015 for-45"),
        ("2026-11-24T10:17:00+01:00", "2026-11-24T10:31:00+01:00", "at-1015 for-20"),
        ("2026-11-24T22:00:00+01:00", "2026-11-25T07:00:00+01:00", "at-2200 for-540"),
        ("2026-11-25T01:00:00+01:00", "2026-11-25T01:30:00+01:00", "at-2500 for-30"),
    ],
)
def test_a_block_has_the_grid_classes_of_its_day(start, end, classes):
    template = Template("{% load dates %}{% grid start end day %}")
    context = Context({"start": at(start), "end": at(end), "day": TUESDAY})
    assert template.render(context) == classes


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-12-02T00:00:00+01:00", "Tuesday 1 December, Tue 1 Dec 24:00"),
        ("2026-12-02T00:01:00+01:00", "Wednesday 2 December, Wed 2 Dec 00:01"),
        ("2026-12-01T15:30:00+01:00", "Tuesday 1 December, Tue 1 Dec 15:30"),
        ("2026-12-01T23:00:00+00:00", "Tuesday 1 December, Tue 1 Dec 24:00"),
    ],
)
def test_an_absence_that_ends_at_midnight_ends_on_the_day_before(end, words):
    template = Template("{% load dates %}{{ e|end_day }}, {{ e|end_short_day }} {{ e|end_hm }}")
    with translation.override("en"):
        assert template.render(Context({"e": at(end)})).replace(" 2026", "") == words
