"""Times and dates as they are said: by ``accounts.spoken`` and, the same, by ``spoken.js``."""

import datetime as dt
import json
import subprocess

import pytest
from django.conf import settings
from playwright._impl._driver import compute_driver_executable

from accounts import dates
from accounts.spoken import TEXTS, spoken_time


@pytest.mark.parametrize(
    ("time", "nb", "nn", "en"),
    [
        ("10:00", "klokka ti", "klokka ti", "ten o’clock"),
        ("10:15", "kvart over ti", "kvart over ti", "quarter past ten"),
        ("10:30", "halv elleve", "halv elleve", "half past ten"),
        ("10:45", "kvart på elleve", "kvart på elleve", "quarter to eleven"),
        ("10:05", "fem over ti", "fem over ti", "five past ten"),
        ("10:20", "ti på halv elleve", "ti på halv elleve", "twenty past ten"),
        ("10:25", "fem på halv elleve", "fem på halv elleve", "twenty-five past ten"),
        ("10:35", "fem over halv elleve", "fem over halv elleve", "twenty-five to eleven"),
        ("10:40", "ti over halv elleve", "ti over halv elleve", "twenty to eleven"),
        ("10:55", "fem på elleve", "fem på elleve", "five to eleven"),
        ("10:01", "ett minutt over ti", "eitt minutt over ti", "one minute past ten"),
        ("10:07", "sju minutter over ti", "sju minutt over ti", "seven minutes past ten"),
        (
            "10:29",
            "ett minutt på halv elleve",
            "eitt minutt på halv elleve",
            "twenty-nine minutes past ten",
        ),
        (
            "10:44",
            "fjorten minutter over halv elleve",
            "fjorten minutt over halv elleve",
            "sixteen minutes to eleven",
        ),
        ("10:59", "ett minutt på elleve", "eitt minutt på elleve", "one minute to eleven"),
        ("13:00", "klokka ett", "klokka eitt", "one o’clock"),
        ("12:30", "halv ett", "halv eitt", "half past twelve"),
        ("12:45", "kvart på ett", "kvart på eitt", "quarter to one"),
        ("00:00", "klokka tolv om natta", "klokka tolv om natta", "twelve o’clock at night"),
        ("05:59", "ett minutt på seks om natta", "eitt minutt på seks om natta",
         "one minute to six at night"),
        ("06:00", "klokka seks", "klokka seks", "six o’clock"),
        ("17:45", "kvart på seks", "kvart på seks", "quarter to six"),
        ("20:30", "halv ni om kvelden", "halv ni om kvelden", "half past eight in the evening"),
        ("23:45", "kvart på tolv om kvelden", "kvart på tolv om kvelden",
         "quarter to twelve in the evening"),
    ],
)  # fmt: skip
def test_times_are_said_as_times(time, nb, nn, en):
    at = dt.time.fromisoformat(time)
    assert [spoken_time(at, language) for language in ("nb", "nn", "en")] == [nb, nn, en]


@pytest.mark.parametrize(("language", "said"), [("nb-no", "klokka ti"), (None, "klokka ti")])
def test_variants_of_a_language_are_that_language(language, said):
    assert spoken_time(dt.time(10), language) == said


def test_other_languages_have_no_words():
    assert spoken_time(dt.time(10), "se") is None


def test_no_two_times_of_a_day_are_said_the_same_by_day_evening_or_night():
    for language in TEXTS:
        said = [spoken_time(dt.time(n // 60, n % 60), language) for n in range(6 * 60, 18 * 60)]
        assert len(set(said)) == len(said)


def run(expression):
    """What ``spoken.js`` makes of it, with the Node that comes with Playwright."""
    node = compute_driver_executable()[0]
    script = (settings.BASE_DIR / "static/js/spoken.js").read_text()
    done = subprocess.run(
        [node, "-e", f"{script}\nconsole.log(JSON.stringify({expression}))"],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )
    return json.loads(done.stdout)


def test_the_script_says_every_minute_of_the_day_the_same():
    minutes = "[...Array(1440).keys()]"
    said = run(
        f"Object.keys(SPOKEN).map(l => {minutes}.map(n => spokenTime(n / 60 | 0, n % 60, l)))"
    )
    times = [dt.time(n // 60, n % 60) for n in range(1440)]
    assert said == [[spoken_time(time, language) for time in times] for language in TEXTS]


TEXT_SAID = [
    ("nb", "Klokka 10.00 om formiddagen", "klokka ti om formiddagen"),
    ("nb", "Tirsdag 24. november klokka 10.30.",
     "tirsdag tjuefjerde november klokka halv elleve."),
    ("nb", "klokka 10.00–11.30", "fra klokka ti til halv tolv"),
    ("nb", "10.15 til 11.15", "kvart over ti til kvart over elleve"),
    ("nb", "klokka 20.00, om kvelden", "klokka åtte, om kvelden"),
    ("nb", "klokka 20.00–21.00", "fra klokka åtte til klokka ni om kvelden"),
    ("nb", "17.30–18.30", "fra halv seks til halv sju om kvelden"),
    ("nb", "08–09.30, 09.30–11, 1–2 dager",
     "fra klokka åtte til halv ti, fra halv ti til klokka elleve, 1–2 dager"),
    ("nb", "tir 24. nov", "tirsdag tjuefjerde november"),
    ("nb", "lørdag 1. mai 2027", "lørdag første mai 2027"),
    ("nb", "3. juli", "tredje juli"),
    ("nb", "Ring 33 00 10 00, sak 2026/17, 24.11.2026, 1.5 ganger, 10.000 kr",
     "Ring 33 00 10 00, sak 2026/17, 24.11.2026, 1.5 ganger, 10.000 kr"),
    ("nb", "2. etasje, 45. mars, 25.00", "2. etasje, 45. mars, 25.00"),
    ("nn", "laurdag 31. oktober klokka 12.45–13.45",
     "laurdag trettiførste oktober frå kvart på eitt til kvart på to"),
    ("nn", "8. mars klokka 07.20", "åttande mars klokka ti på halv åtte"),
    ("en", "Tuesday 24 November at 10:30",
     "Tuesday the twenty-fourth of November at half past ten"),
    ("en", "at 10:00–11:30", "from ten o’clock to half past eleven"),
    ("en", "Sat 1 May, 20:15", "Saturday the first of May, quarter past eight in the evening"),
    ("en", "2 services may go, May 2027", "2 services may go, May 2027"),
    ("se", "dii 10:30", "dii 10:30"),
]  # fmt: skip


def test_the_script_says_the_times_and_dates_in_a_text():
    asked = [[text, language] for language, text, _ in TEXT_SAID]
    said = run(f"{json.dumps(asked)}.map(([text, language]) => asSpoken(text, language))")
    assert said == [words for *_, words in TEXT_SAID]


def test_the_script_says_every_day_of_a_year():
    """Each ordinal and month in each language; none is left as a figure."""
    days = [dt.date(2028, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    texts = {language: [dates.day(day, language) for day in days] for language in TEXTS}
    script = "Object.entries(T).map(([l, all]) => all.map((one) => asSpoken(one, l)))"
    for said in run(script.replace("T", json.dumps(texts))):
        assert len(set(said)) == 366
        assert not [text for text in said if any(char.isdigit() for char in text)]
