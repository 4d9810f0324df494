"""Take the pictures of docs/screenshots anew, from a demonstration of its own.

    .venv/bin/python -m tests.browser.screenshots [NAME …]

Needs chromium. ``WALKS`` is the whole table: each walk is made once for each look, and a
step that has a name is kept as a picture. A walk undoes what it did (cancels what it
booked, ends what it repeats), so that the next look finds the demonstration as it was.
docs/screenshots/README.md is written from the same table.

In these pictures it is always the same Tuesday morning (``NOW``): people are at work, and a
picture changes when its page does, not with the calendar.
"""

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.palette import with_palette

NOW = dt.datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Europe/Oslo"))
CLOCK = Path(__file__).resolve().parent / "clock"  # its sitecustomize.py sets each process's clock

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES_FOLDER = ROOT / "docs/screenshots"
INTRODUCTION = """\
# The main pages

As the demonstration's people see them, at 1280 and 390 pixels, and on a phone in the dark.
Pictures and this list are made anew by `.venv/bin/python -m tests.browser.screenshots`
(needs chromium).
"""


@dataclass(frozen=True)
class Look:
    title: str
    width: int
    height: int
    color_scheme: Literal["light", "dark"] = "light"

    def file_of(self, name: str) -> str:
        return f"{name}{'-dark' if self.color_scheme == 'dark' else ''}-{self.width}.png"


WIDE = Look("1280", 1280, 900)
PHONE = Look("390", 390, 844)
DARK = Look("390, dark", 390, 844, "dark")
LOOKS = (WIDE, PHONE, DARK)
LIGHT, PHONES = (WIDE, PHONE), (PHONE, DARK)


@dataclass(frozen=True)
class Step:
    """Press something (a CSS selector), open an address, or do more; then take the picture."""

    by: str | Callable[[Page], None]
    name: str = ""  # none: only on the way
    says: str = ""
    looks: tuple[Look, ...] = LOOKS


@dataclass(frozen=True)
class Walk:
    """Log in as one of the demonstration's people (nobody: stay outside), and go.

    ``looks_only`` books nothing: its pictures are taken first, without traces of the others.
    """

    title: str
    person: str | None
    steps: tuple[Step, ...]
    looks_only: bool = False


def press(page: Page, selector: str) -> None:
    page.locator(selector).locator("visible=true").first.click()
    page.wait_for_load_state("networkidle")


def taken_time(page: Page) -> None:
    """The page that whoever was slower meets: the address of a time that has become busy."""
    _choose_service(page, 0)
    for day in reversed(_addresses(page, DAYS)):  # far from one's own visits
        page.goto(day)
        free = _addresses(page, CHECK)
        for hour in range(9, 14):
            address = f"{day.partition('#')[0]}{hour:02}.00/"
            if not any(one.startswith(address) for one in free):
                page.goto(address)
                return
    raise SystemExit("every time is free: nothing to show as taken")


def over_quota(page: Page) -> None:
    """A time for the cleaning of a week whose cleaning is booked already."""
    _choose_service(page, 2)
    cleaning = page.url.partition("service=")[2].partition("#")[0]
    _choose_service(page, 0)
    for day in _addresses(page, DAYS):
        page.goto(day)
        times = _addresses(page, CHECK)
        at_noon = times[len(times) // 2].split("/")
        page.goto("/".join([*at_noon[:2], cleaning, *at_noon[3:]]))
        if page.locator('main a[href$="/move/"]').count():
            return
    raise SystemExit("nothing is used up: nothing to show as over the quota")


def _choose_service(page: Page, number: int) -> None:
    page.goto("/calendar/")
    page.goto(_addresses(page, 'main a[href^="/calendar/?service="]')[number])


def _addresses(page: Page, selector: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        selector, "all => all.map(e => e.getAttribute('href'))"
    )
    return found


# Some days ahead, so that there is time to change one's mind.
DAYS = 'main :is(.days a, a.big)[href^="/book/"]'
DAY = f"{DAYS} >> nth=3"
CHECK = 'main a[href^="/book/"][href*="."]'
GO = "main button.go"
CANCEL = 'main a[href*="/cancel/"]'
MOVE = 'main a[href*="/move/"]'
MOVE_DAY = 'main a[href*="/move/2"] >> nth=1'
MOVE_CHECK = 'main a[href*="/move/2"][href*="."]'
UNDO = 'main form[action="/book/"] button'
REPEAT = 'main a[href*="/repeat/"]'
END = 'main a[href*="/end/"]'
END_ALL = 'main button[name="visits"] >> nth=-1'
WISH = 'main form[action="/wishes/make/"] button'
REMOVE = 'main form[action$="/remove/"] button'
SIMPLE = 'button[name="view"][value="simple"]'
ORDINARY = 'button[name="view"][value="ordinary"]'
BIG_DAY = 'main a.big[href^="/book/"] >> nth=2'
YES = "main button.big.yes"

WALKS = (
    Walk("The front door", None, (Step("/", "log-in", "Log in (demonstration)"),)),
    Walk(
        "Booking, moving, cancelling and repeating",
        "Aksel",
        (
            Step("/calendar/", "calendar", "A recipient's calendar: what, and which day"),
            Step("/calendar/week/", "week", "The week, also on paper"),
            Step("/calendar/"),
            Step(DAY, "times", "Choose a time"),
            Step(CHECK, "check", "Check"),
            Step(GO, "proof", "Proof of booking"),
            Step(MOVE, "move-1-day", "Move: which day"),
            Step(MOVE_DAY, "move-2-time", "Move: which time"),
            Step(MOVE_CHECK, "move-3-check", "Move: check"),
            Step(GO, "move-4-proof", "Moved"),
            Step(CANCEL, "cancel-1-check", "Cancel: check"),
            Step(GO, "cancel-2-proof", "Cancelled, with a way back"),
            Step(UNDO, "cancel-3-undone", "Undone: it is booked again"),
            Step(REPEAT, "repeat-1-check", "Repeat it: what that means"),
            Step(GO, "repeat-2-series", "A visit that repeats"),
            Step("/repeating/", "repeat-3-all", "All visits that repeat"),
            Step('main a[href^="/repeating/"]'),
            Step(END, "repeat-4-end", "End it"),
            Step(END_ALL),
            Step(CANCEL),
            Step(GO),
        ),
    ),
    Walk(
        "When it can't be had",
        "Aksel",
        (
            Step(taken_time, "taken", "Somebody was faster"),
            Step(over_quota, "over-quota", "All of the week's visits are used"),
            Step("/calendar/"),
            Step(DAY),
            Step(WISH, "wishes", "Days one waits for"),
            Step(REMOVE),
        ),
    ),
    Walk(
        "What was, and what comes",
        "Berit",
        (Step("/bookings/", "visits", "My visits, and how earlier ones went"),),
        looks_only=True,
    ),
    Walk(
        "Acting for somebody",
        "Carl",
        (
            Step("/persons/", "acting-1-person", "A guardian chooses the person"),
            Step("main button.choice", "acting-2-calendar", "The calendar of the person"),
            Step(DAY, "acting-3-times", "Choose a time for the person"),
            Step(CHECK, "acting-4-check", "Check"),
            Step(GO, "acting-5-proof", "Proof of booking"),
            Step(CANCEL),
            Step(GO, "acting-6-cancelled", "Cancelled by the guardian"),
        ),
    ),
    Walk(
        "One's own affairs",
        "Berit",
        (
            Step("/me/", "me", "My profile"),
            Step("/settings/", "choices", "My choices"),
            Step("/settings/messages/", "messages", "What we tell you, and how"),
            Step("/settings/calendar/", "feeds", "Visits in one's own calendar"),
            Step("/mandates/", "mandates", "Who may act for me"),
            Step("/looks/", "looks", "Who has looked at my information"),
        ),
    ),
    Walk(
        "The simple view",
        "Aksel",
        (
            Step("/calendar/"),
            Step(SIMPLE, "simple-1-service", "What"),
            Step("main a.big", "simple-2-day", "Which day"),
            Step(BIG_DAY, "simple-3-time", "When"),
            Step(CHECK, "simple-4-check", "Is this right?"),
            Step(YES, "simple-5-proof", "Proof"),
            Step(MOVE, "simple-move-1-day", "Move: which day", PHONES),
            Step(MOVE_DAY, "simple-move-2-time", "Move: which time", PHONES),
            Step(MOVE_CHECK, "simple-move-3-check", "Move: is this right?", PHONES),
            Step(YES, "simple-move-4-proof", "Moved", PHONES),
            Step(CANCEL, "simple-cancel-1-check", "Cancel?", PHONES),
            Step(YES, "simple-cancel-2-proof", "Cancelled, with a way back", PHONES),
            Step(UNDO, "simple-cancel-3-undone", "Undone", PHONES),
            Step(REPEAT, "simple-repeat-1-check", "Every week?", PHONES),
            Step(YES, "simple-repeat-2-series", "A visit that repeats", PHONES),
            Step(END, "simple-repeat-3-end", "End it?", PHONES),
            Step(END_ALL),
            Step('main a.big[href^="/bookings/"]'),
            Step(CANCEL),
            Step(YES),
            Step(taken_time, "simple-taken", "Somebody was faster", PHONES),
            Step("/bookings/", "simple-visits", "My visits", PHONES),
            Step("/settings/", "simple-choices", "My choices", PHONES),
            Step(ORDINARY),
        ),
    ),
    Walk(
        "At work",
        "Emil",
        (
            Step("/my-day/", "my-day", "A care worker's day"),
            Step('main a[href*="/visits/"]', "my-day-visit", "A visit: what happened?", PHONES),
        ),
        looks_only=True,
    ),
    Walk(
        "The department",
        "Dina",
        (
            Step("/", "today", "An administrator's today", LIGHT),
            Step('nav a[href$="/days/"]', "board", "The day board", LIGHT),
            Step("/"),
            Step('main .unstaffed a[href*="#opened"]', "board-visit", "Who can take it?", LIGHT),
            Step('nav a[href$="/hours/"]'),
            Step('main a[href*="/hours/"][href*="#"]', "hours", "Opening hours", LIGHT),
            Step('nav a[href$="/staff/"]', "staff", "Staff", LIGHT),
        ),
        looks_only=True,
    ),
    Walk(
        "The municipality",
        "Frida",
        (Step("/", "departments", "A coordinator's departments", LIGHT),),
        looks_only=True,
    ),
)


def take(walk: Walk, look: Look, wanted: set[str], browser: Browser, address: str) -> None:
    context = browser.new_context(
        base_url=address,
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.color_scheme,
    )
    page = context.new_page()
    page.goto("/")
    if walk.person:
        press(page, f'main button:has-text("{walk.person}")')
    for step in walk.steps:
        if callable(step.by):
            step.by(page)
        elif step.by.startswith("/"):
            page.goto(step.by)
        else:
            press(page, step.by)
        if step.name in wanted and look in step.looks:
            picture = with_palette(browser, page.screenshot(full_page=True))
            (PICTURES_FOLDER / look.file_of(step.name)).write_bytes(picture)
            print(f"{look.file_of(step.name)} {len(picture) // 1000} kB", flush=True)
    context.close()


def readme() -> str:
    """The pictures as tables, one for each walk."""
    parts = [INTRODUCTION]
    for walk in WALKS:
        pictures = [step for step in walk.steps if step.name]
        looks = [look for look in LOOKS if any(look in step.looks for step in pictures)]
        parts.append(f"\n## {walk.title}\n\n")
        parts.append(f"| | {' | '.join(look.title for look in looks)} |\n")
        parts.append(f"|{'---|' * (1 + len(looks))}\n")
        for step in pictures:
            cells = [
                f"![]({look.file_of(step.name)})" if look in step.looks else "" for look in looks
            ]
            parts.append(f"| {' | '.join([step.says, *cells])} |\n")
    return "".join(parts)


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of a demonstration on data and a clock of its own, gone afterwards."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(CLOCK),
        "CLOCK_AHEAD": str(NOW.timestamp() - time.time()),
    }
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "manage.py", "demo", "--port", "0", "--data-dir", folder]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Ready: "):
                break
        else:
            raise SystemExit("the demonstration did not start")
        try:
            yield line.removeprefix("Ready: ").strip()
        finally:
            process.terminate()
            process.wait(timeout=30)


def main(names: list[str]) -> None:
    named = {step.name for walk in WALKS for step in walk.steps if step.name}
    wanted = set(names) or named
    if unknown := wanted - named:
        raise SystemExit(f"no such picture: {', '.join(sorted(unknown))}")
    if not names:
        (PICTURES_FOLDER / "README.md").write_text(readme())
        for picture in PICTURES_FOLDER.glob("*.png"):
            picture.unlink()
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for walk in sorted(WALKS, key=lambda walk: not walk.looks_only):
            steps = [step for step in walk.steps if step.name in wanted]
            for look in LOOKS:
                if any(look in step.looks for step in steps):
                    take(walk, look, wanted, browser, address)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
