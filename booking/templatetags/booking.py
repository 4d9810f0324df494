"""``{% load booking %}``: days, weeks and balances of the recipient's pages in words.

Days in the list and columns of the week are drawn as finished fragments. A fragment is
kept by the values that it shows, so it can never be out of date, and tells nothing of who
looks: a column with own visits is put together anew.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts import dates
from accounts.templatetags import icons
from booking.addresses import address_of
from booking.doers import Doer, Doers
from booking.entitlement import Balance
from booking.models import Booking, Grant
from booking.offers import Slot
from booking.outcomes import Outcome
from booking.timetable import (
    Column,
    Kind,
    OwnVisit,
    Part,
    PartOfDay,
    Row,
    Run,
    WeekPicture,
    monday,
    part_at,
)
from booking.views.choosing import Alternative, Choosing

register = template.Library()

PART_NAMES = {
    Part.NIGHT: gettext_lazy("night"),
    Part.MORNING: gettext_lazy("morning"),
    Part.AFTERNOON: gettext_lazy("afternoon"),
    Part.EVENING: gettext_lazy("evening"),
}

REASONS = {
    Kind.BUSY: gettext_lazy("None free"),
    Kind.MINE: gettext_lazy("None free"),
    Kind.OVER: gettext_lazy("None free"),
    Kind.TOO_SOON: gettext_lazy("Too late to book"),
    Kind.USED_UP: gettext_lazy("All used"),
    Kind.NOT_GRANTED: gettext_lazy("No grant"),
    Kind.CLOSED: gettext_lazy("Closed"),
}

RUN_WORDS = {
    Kind.FREE: gettext_lazy("Free"),
    Kind.BUSY: gettext_lazy("Busy"),
    Kind.OVER: gettext_lazy("Over"),
    Kind.TOO_SOON: gettext_lazy("Too late to book"),
    Kind.USED_UP: gettext_lazy("All used"),
    Kind.NOT_GRANTED: gettext_lazy("No grant"),
    Kind.CLOSED: gettext_lazy("Closed"),
    Kind.NOT_YET: gettext_lazy("Not open yet"),
}

register.filter("part_name", lambda part: PART_NAMES[part])
register.filter("run_word", lambda kind: RUN_WORDS[kind])


@register.filter
def with_free(parts: list[PartOfDay]) -> list[PartOfDay]:
    """The parts of the day that have a free time, to be led to."""
    return [part for part in parts if part.free]


@register.filter
def run_class(kind: Kind) -> str:
    """Own, free and busy have a look each; all else is quiet."""
    return kind if kind in (Kind.MINE, Kind.FREE, Kind.BUSY) else "shut"


# -- Balances ---------------------------------------------------------------


@register.filter
def left_when(balance: Balance) -> str:
    """ "2 of 3 left this week"."""
    return _("{left} of {granted} left {when}").format(
        left=_amount(balance, balance.left),
        granted=_amount(balance, balance.granted),
        when=when(balance),
    )


@register.filter
def left(balance: Balance) -> str:
    """ "2 left"."""
    return _("{left} left").format(left=_amount(balance, balance.left))


@register.filter
def left_of(balance: Balance) -> str:
    """ "2 of 3"."""
    return _("{left} of {granted}").format(
        left=_amount(balance, balance.left), granted=_amount(balance, balance.granted)
    )


@register.filter
def when(balance: Balance) -> str:
    """The balance's period in words: "this week", "in December"."""
    today = timezone.localdate()
    if balance.grant.period == Grant.Period.MONTH:
        if (balance.period_start.year, balance.period_start.month) == (today.year, today.month):
            return _("this month")
        months = dates.words(translation.get_language()).months
        return _("in {month}").format(month=months[balance.period_start.month - 1])
    return in_week(balance.period_start)


@register.filter
def name_of_week(date: dt.date) -> str:
    """ "this week", "week 50"."""
    weeks = (monday(date) - monday(timezone.localdate())).days // 7
    if weeks == 0:
        return _("this week")
    if weeks == 1:
        return _("next week")
    return dates.words(translation.get_language()).week.format(week=date.isocalendar().week)


@register.filter
def in_week(date: dt.date) -> str:
    """ "this week", "in week 50"."""
    name = name_of_week(date)
    return name if name in (_("this week"), _("next week")) else _("in {week}").format(week=name)


@register.filter
def hours_to(start: dt.datetime, end: dt.datetime) -> str:
    """ "08–09.30": as short as a narrow column wants it."""
    language = translation.get_language()
    whole = dates.words(language).clock.format(hour=0, minute=0)[2:]
    return "–".join(dates.clock(instant, language).removesuffix(whole) for instant in (start, end))


@register.filter
def granted(balance: Balance) -> str:
    return _amount(balance, balance.granted)


@register.filter
def left_after_one(balance: Balance) -> str:
    """What is left when one more visit is booked: "1 of 3"."""
    one = 1 if balance.unit == Grant.Unit.VISITS else balance.service.minutes
    return _("{left} of {granted}").format(
        left=_amount(balance, balance.left - one), granted=granted(balance)
    )


@register.simple_tag
def balance_discs(balance: Balance) -> SafeString:
    """What is left and what is used as discs: of visits, or of whole hours."""
    unit = 1 if balance.unit == Grant.Unit.VISITS else 60
    left = max(balance.left, 0)
    if balance.granted % unit or left % unit:
        return SafeString("")
    return icons.discs(left // unit, balance.granted // unit)


def _amount(balance: Balance, amount: int) -> str:
    if balance.unit == Grant.Unit.VISITS:
        return str(amount)
    return dates.duration(max(amount, 0), translation.get_language())


# -- Days and weeks ---------------------------------------------------------


@register.simple_tag
def day_rows(choosing: Choosing, rows: list[Row]) -> SafeString:
    """The entries of a list of days."""
    language, today, last = translation.get_language(), choosing.today, choosing.last_day
    return SafeString(
        "".join(
            _day_row(
                language,
                today,
                row,
                choosing.times_url(row.date) if row.free else "",
                row.date == last,
            )
            for row in rows
        )
    )


@lru_cache(maxsize=4096)
def _day_row(
    language: str | None, today: dt.date, row: Row, url: str, is_last: bool
) -> SafeString:
    notes = []
    if near := dates.words(language).near.get((row.date - today).days):
        notes.append(near)
    if is_last:
        notes.append(_("the last day you can book now"))
    elif row.is_all_day:
        notes.append(_("all day"))
    elif row.free:
        notes.append(joined([str(PART_NAMES[part]) for part in row.parts]))
    return _fragment(
        "booking/_day_row.html",
        {
            "row": row,
            "url": url,
            "note": " · ".join(notes),
            "count": ngettext("{number} free", "{number} free", row.free).format(number=row.free),
            "reason": REASONS[row.reason] if row.reason else "",
        },
    )


def joined(words: list[str]) -> str:
    """ "morning, afternoon and evening"."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


@register.simple_tag
def week_columns(picture: WeekPicture, heading: str, choosing: Choosing | None) -> SafeString:
    """The days of the week's picture; free times lead to the page where they are chosen."""
    language, today = translation.get_language(), timezone.localdate()
    drawn = []
    for column in picture.columns:
        url = choosing.times_url(column.date) if choosing else ""
        own = [run.visit for run in column.runs if run.visit]
        pieces = _column(language, today, _anyones(column) if own else column, url, heading)
        drawn.append(pieces[0])
        for visit, piece in zip(own, pieces[1:], strict=True):
            drawn += address_of("booking:visit", visit.id), piece
    return SafeString("".join(drawn))


def _anyones(column: Column) -> Column:
    """As it looks for everybody with visits at the same times."""
    runs = [
        replace(run, visit=replace(run.visit, id=_NOBODYS)) if run.visit else run
        for run in column.runs
    ]
    return Column(column.date, tuple(runs))


@lru_cache(maxsize=4096)
def _column(
    language: str | None, today: dt.date, column: Column, url: str, heading: str
) -> list[str]:
    """What stands before, between and after the addresses of own visits."""
    before, after = _frame(language, column.date, column.date == today, heading)
    runs = [_run(language, run, column.date, _PLACE if run.visit else url) for run in column.runs]
    return f"{before}{''.join(runs)}{after}".split(_PLACE)


_NOBODYS = UUID(int=0)
_PLACE = "[here]"  # is in no drawing


@lru_cache(maxsize=512)
def _frame(language: str | None, date: dt.date, is_today: bool, heading: str) -> tuple[str, str]:
    """What stands before and after the runs of a column."""
    short = dates.words(language).short_weekdays[date.weekday()]
    weekday, number, month = dates.day(date, language).split(" ", 2)
    drawn = _fragment(
        "booking/_week_column.html",
        {
            "date": date,
            "heading": heading,
            "is_today": is_today,
            "weekday": short,
            "rest_of_weekday": weekday.removeprefix(short),
            "number": number,
            "month": month,
            "runs": _PLACE,
        },
    )
    before, _, after = drawn.partition(_PLACE)
    return before, after


@lru_cache(maxsize=4096)
def _run(language: str | None, run: Run, date: dt.date, url: str) -> SafeString:
    return _fragment("booking/_week_run.html", {"run": run, "date": date, "url": url})


def _fragment(template_name: str, context: dict[str, Any]) -> SafeString:
    return SafeString(get_template(template_name).render(context))


# -- The simple view --------------------------------------------------------


@register.filter
def near_weekday(date: dt.date) -> str:
    """ "tomorrow", "Thursday"."""
    w, local = dates.words(translation.get_language()), dates.local_date(date)
    return w.near.get((local - timezone.localdate()).days, w.weekdays[local.weekday()])


@register.filter
def how_soon(date: dt.date) -> str:
    """Beside ``near_weekday``, what that leaves open: "Wednesday", "in 4 days"."""
    w, local = dates.words(translation.get_language()), dates.local_date(date)
    days = (local - timezone.localdate()).days
    if days in w.near:
        return w.weekdays[local.weekday()]
    return ngettext("in {days} day", "in {days} days", days).format(days=days)


IN_PART = {
    Part.NIGHT: gettext_lazy("at night"),
    Part.MORNING: gettext_lazy("in the morning"),
    Part.AFTERNOON: gettext_lazy("in the afternoon"),
    Part.EVENING: gettext_lazy("in the evening"),
}


@register.filter
def in_part_of_day(instant: dt.datetime) -> str:
    return str(IN_PART[part_at(instant, timezone.get_current_timezone())])


# -- Choosing ---------------------------------------------------------------


register.simple_tag(address_of, name="address")


@register.simple_tag
def times_url(choosing: Choosing, date: dt.date) -> str:
    return choosing.times_url(date)


@register.simple_tag
def check_url(choosing: Choosing, starts_at: dt.datetime) -> str:
    return choosing.check_url(starts_at)


@register.simple_tag
def at_clock_to(span: Slot | Booking | OwnVisit) -> str:
    """ "klokka 10.00–11.30"."""
    language = translation.get_language()
    start, end = (dates.clock(instant, language) for instant in (span.starts_at, span.ends_at))
    return dates.words(language).at.format(clock=f"{start}–{end}")


@register.simple_tag
def how_near(alternative: Alternative) -> str:
    """ "30 minutes later, until 19.15"; on another day only the end."""
    language = translation.get_language()
    until = dates.clock(alternative.slot.ends_at, language)
    if not alternative.is_same_day:
        return _("until {clock}").format(clock=until)
    length = dates.duration(abs(alternative.minutes_later), language)
    if alternative.minutes_later > 0:
        return _("{length} later, until {clock}").format(length=length, clock=until)
    return _("{length} earlier, until {clock}").format(length=length, clock=until)


@register.filter
def day_after(date: dt.date) -> dt.date:
    return date + dt.timedelta(days=1)


# -- Who has looked -----------------------------------------------------------

LOOK_WORDS = {
    "booking:calendar": gettext_lazy("Saw your calendar"),
    "booking:week": gettext_lazy("Saw your week"),
    "booking:visits": gettext_lazy("Saw your visits"),
    "booking:visit": gettext_lazy("Saw one of your visits"),
    "booking:looks": gettext_lazy("Saw this list"),
    "booking:book": gettext_lazy("Booked a visit for you"),
    "booking:move": gettext_lazy("Was about to move a visit, or moved it"),
    "booking:cancel": gettext_lazy("Was about to cancel a visit, or cancelled it"),
    "booking:skip": gettext_lazy("Skipped a visit that repeats"),
    "booking:take_back_skip": gettext_lazy("Took back that a visit was skipped"),
    "booking:end_series": gettext_lazy("Was about to end a visit that repeats, or ended it"),
    "booking:make_wish": gettext_lazy("Asked to be told of a free time for you"),
    "booking:remove_wish": gettext_lazy("Stopped waiting for a free time for you"),
    "booking:feed": gettext_lazy("Read your calendar with a program"),
    "booking:recipients": gettext_lazy("Saw you in the list of recipients"),
    "booking:search_recipients": gettext_lazy("Found you by a search"),
    "booking:recipient": gettext_lazy("Opened your page"),
    "booking:change_recipient": gettext_lazy("Changed your name, phone or address"),
    "booking:grant": gettext_lazy("Opened a grant of yours"),
    "booking:add_grant": gettext_lazy("Wrote down a new grant"),
    "booking:phone": gettext_lazy("Looked for a time for you"),
    "booking:book_by_phone": gettext_lazy("Booked a visit for you by phone"),
    "booking:phone_visit": gettext_lazy("Saw one of your visits"),
    "booking:move_by_phone": gettext_lazy("Moved a visit for you"),
    "booking:cancel_by_phone": gettext_lazy("Cancelled a visit for you"),
    "booking:recipient_week": gettext_lazy("Saw your week, to print it"),
    "booking:change_grant": gettext_lazy("Changed a grant of yours"),
    "booking:register_guardian": gettext_lazy("Registered a guardian"),
    "booking:end_guardian": gettext_lazy("Ended what a guardian may do"),
    "departments:preview": gettext_lazy("Saw which visits a change would touch"),
    "workflow:today": gettext_lazy("Saw you on the page of today"),
    "workflow:board": gettext_lazy("Saw you on the plan of the day"),
    "workflow:my_day": gettext_lazy("Saw you on the work list"),
    "workflow:print_list": gettext_lazy("Printed a work list with you on it"),
    "workflow:visit": gettext_lazy("Opened your visit before coming"),
    "workflow:report": gettext_lazy("Wrote how a visit went"),
}
CHOOSING_A_TIME = ("booking:times", "booking:check", "booking:move_times", "booking:move_check")


@register.filter
def look_words(what: str) -> str:
    """What a page of the access log shows, by the page's URL name."""
    if what.startswith(CHOOSING_A_TIME):
        return _("Looked for a time for you")
    if what.startswith("api:"):
        return _("Saw or changed your visits with a program")
    return str(LOOK_WORDS.get(what, _("Opened your information")))


# -- History ----------------------------------------------------------------


OUTCOME_WORDS = {
    Outcome.DONE: ("check", "success", pgettext_lazy("a visit", "Done")),
    Outcome.NOT_FOUND: ("home", "neutral", gettext_lazy("We did not meet you")),
    Outcome.COULD_NOT_COME: ("x", "neutral", gettext_lazy("We could not come")),
}


@register.inclusion_tag("booking/_outcome.html")
def outcome(booking: Booking, outcomes: Mapping[UUID, Outcome], doers: Doers) -> dict[str, Any]:
    """What became of a past or cancelled booking, in neutral words."""
    last = next(reversed(booking.events.all()), None)
    doer = doers.of(last) if last else Doer.OWN
    note = ""
    if last and last.reason and doer is not Doer.OWN:
        note = _("Reason: {reason}").format(reason=last.reason)
    symbol, color, words = "check", "neutral", _("Over")
    if booking.status == Booking.Status.CANCELLED:
        symbol, words = "undo", _("Cancelled by you")
        if last and last.by and doer is Doer.HELPER:
            symbol, words = "x", _("Cancelled by {name}").format(name=last.by.full_name)
        elif doer is Doer.STAFF:
            symbol, words = "x", _("Cancelled by the municipality")
    elif booking.pk in outcomes:
        symbol, color, told = OUTCOME_WORDS[outcomes[booking.pk]]
        words, note = str(told), ""
    return {"symbol": symbol, "color": color, "words": words, "note": note}
