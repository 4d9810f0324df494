"""Take the pictures of docs/screenshots anew, from a demonstration of its own.

    .venv/bin/python -m tests.browser.screenshots [NAME …]

Needs chromium. Each picture is a page as one of the demonstration's people sees it,
at 1280 and at 390 pixels. The pictures follow on each other: the simple view, once
chosen, stays.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES_FOLDER = ROOT / "docs/screenshots"
HEIGHTS = {1280: 900, 390: 844}


@dataclass(frozen=True)
class Picture:
    """Log in as ``person`` (nobody: the log-in page) and press ``links`` one by one."""

    name: str
    person: str | None = None
    links: tuple[str, ...] = ()  # CSS selectors
    color_scheme: str = "light"
    widths: tuple[int, ...] = (1280, 390)


WIDE, PHONE = (1280,), (390,)
SIMPLE = 'button[name="view"][value="simple"]'
BIG = "main a.big"
TIMES = 'main a[href^="/book/"]'
CHECK = 'main a[href^="/book/"][href*="."]'

PICTURES = [
    Picture("log-in"),
    Picture("calendar", "Aksel"),
    Picture("calendar-dark", "Aksel", color_scheme="dark"),
    Picture("times", "Aksel", (TIMES,)),
    Picture("check", "Aksel", (TIMES, CHECK)),
    Picture("proof", "Aksel", (TIMES, CHECK, "main button.go")),
    Picture("times-dark", "Aksel", (TIMES,), "dark", PHONE),
    Picture("check-dark", "Aksel", (TIMES, CHECK), "dark", PHONE),
    Picture("proof-dark", "Aksel", (TIMES, CHECK, "main button.go"), "dark", PHONE),
    Picture("simple-1-service", "Aksel", (SIMPLE,), widths=WIDE),
    Picture("simple-1-service", "Aksel", widths=PHONE),
    Picture("simple-2-day", "Aksel", (BIG,)),
    Picture("simple-3-time", "Aksel", (BIG, BIG)),
    Picture("simple-4-check", "Aksel", (BIG, BIG, BIG)),
    Picture("simple-5-proof", "Aksel", (BIG, BIG, BIG, "main button.big.yes")),
    Picture("visits", "Berit", ('nav a[href="/bookings/"]',)),
    Picture("week", "Berit", ('main a[href^="/calendar/week/"]',)),
    Picture("my-day", "Emil", ('main a[href^="/my-day/"]',)),
    Picture("today", "Dina"),
    Picture("board", "Dina", ('nav a[href$="/days/"]', 'main a[href*="/days/"] >> nth=1')),
    Picture("hours", "Dina", ('nav a[href$="/hours/"]', 'main a[href*="/hours/"][href*="#"]')),
    Picture("staff", "Dina", ('nav a[href$="/staff/"]',)),
    Picture("departments", "Frida"),
]


def take(picture: Picture, browser: Browser, address: str) -> None:
    for width in picture.widths:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=picture.color_scheme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.goto("/")
        if picture.person:
            page.get_by_role("button", name=picture.person).click()
        for link in picture.links:
            follow(page, link)
        page.screenshot(path=PICTURES_FOLDER / f"{picture.name}-{width}.png", full_page=True)
        context.close()


def follow(page: Page, selector: str) -> None:
    page.locator(selector).locator("visible=true").first.click()
    page.wait_for_load_state()


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of a demonstration on data of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "manage.py", "demo", "--port", "0", "--data-dir", folder]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
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
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            if not names or picture.name in names:
                take(picture, browser, address)
                print(picture.name)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
