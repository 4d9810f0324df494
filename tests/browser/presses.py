"""The goals for presses and first screens, and the counter that measures them.

A test carries out a task with real presses, from the person's front page::

    def test_monday_to_friday(open_page, counted, …):
        page = open_page("/", user=administrator)
        with counted(presses.MONDAY_TO_FRIDAY) as count:
            count.press(page.get_by_role("link", name="Hours"))
            count.write(page.get_by_label("From"), "08:00")
            …

and a test of a first screen measures it: ``measured(presses.STAFF_HEADER, height)``. Both fail
above the goal. ``pytest -m counted`` runs all of them and prints the table.
"""

from dataclasses import dataclass

MEASURED = "measured"  # the property that a test records


@dataclass(frozen=True)
class Goal:
    """The most presses and fields that a task may take, or the most pixels."""

    what: str
    presses: int | None = None
    fields: int | None = None
    pixels: int | None = None


MONDAY_TO_FRIDAY = Goal("Opening hours set for Monday to Friday", presses=4, fields=3)
SICKNESS = Goal("Sickness reported and the visit covered", presses=4)
BOOKING_BY_PHONE = Goal("Booking by phone, search included", presses=4, fields=1)
SOONEST = Goal("The soonest free time booked", presses=2)
FIND_RECIPIENT = Goal("A recipient found", presses=1, fields=1)
CLOSED_DAY = Goal("A day closed, with all that it hits seen", presses=4)
SIMPLE_VIEW = Goal("A visit booked in the simple view, by keyboard", presses=18)

STAFF_HEADER = Goal("Header for staff at 390 × 844", pixels=96)
RECIPIENT_HEADER = Goal("Header for recipients at 390 × 844", pixels=64)
FIRST_FREE_DAY = Goal("First free day at 390 × 844, from the top", pixels=650)
FOOTER = Goal("Footer at 390 × 844", pixels=200)
BOARD_OVERFLOW = Goal("Board at 1280 × 900, cut at the side", pixels=0)

GOALS = [
    MONDAY_TO_FRIDAY, SICKNESS, BOOKING_BY_PHONE, SOONEST, FIND_RECIPIENT, CLOSED_DAY, SIMPLE_VIEW,
    STAFF_HEADER, RECIPIENT_HEADER, FIRST_FREE_DAY, FOOTER, BOARD_OVERFLOW,
]  # fmt: skip


class Count:
    """Counts while it presses and writes, so that no step is left out."""

    def __init__(self):
        self.presses = 0
        self.fields = 0

    def press(self, target):
        """Click a link, a button, a checkbox or a choice."""
        target.click()
        self.presses += 1

    def key(self, page, key):
        """Press one key, such as Enter in a search field or "/"."""
        page.keyboard.press(key)
        self.presses += 1

    def write(self, field, text):
        """Type in a field. This is counted as a field and not as a press."""
        field.fill(text)
        self.fields += 1

    def choose(self, field, label):
        """Choose in a list (``select``), which is counted as a field."""
        field.select_option(label=label)
        self.fields += 1


def over(goal, **measures):
    """The measures that are above their goal, in words; those without a goal are only shown."""
    limits = {name: getattr(goal, name) for name in measures}
    return [
        f"{goal.what}: {measures[name]:g} {name}, at most {limit}"
        for name, limit in limits.items()
        if limit is not None and measures[name] > limit
    ]


def table(recorded):
    """Lines of the table at the end of a run: each goal and what was measured, the largest where
    several tests measured it. ``recorded`` has tuples (what, {name: number})."""
    worst: dict[str, dict] = {}
    for what, measures in recorded:
        row = worst.setdefault(what, {})
        for name, number in measures.items():
            row[name] = max(number, row.get(name, number))
    for goal in GOALS:
        row = worst.get(goal.what, {})
        cells = [cell(goal, name, row) for name in ("presses", "fields", "pixels")]
        yield f"{goal.what:<50}" + "   ".join(cell for cell in cells if cell)


def cell(goal, name, row):
    limit = getattr(goal, name)
    if limit is None and name not in row:
        return ""
    number = f"{row[name]:g}" if name in row else "not measured"
    return f"{number} {name}" + (f" (goal {limit})" if limit is not None else "")
