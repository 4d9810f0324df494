"""Descriptions of the changes that this app's actions record (``accounts.changes``)."""

import datetime as dt

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import changes, dates
from accounts.changes import CHANGED, People
from accounts.models import Change
from departments.history import times
from workflow.forms import OUTCOMES
from workflow.models import NoContact


def register_all() -> None:
    changes.register(
        changes.ChangeKind(
            "reports",
            gettext_lazy("What happened at visits"),
            {
                "report": _report,
                "undo_report": _undone_report,
                "close_day": _closed_day,
                "confirm_contact": _confirmed_contact,
                "close_no_contact": _wasted_trip,
            },
        )
    )


def _report(change: Change, people: People) -> str:
    text = _("%(service)s %(times)s: %(before)s → %(after)s") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
        "before": _outcome(change.before["outcome"]),
        "after": _outcome(change.after["outcome"]),
    }
    if CHANGED in change.after:
        text += "; " + _("the note: changed")
    return text


def _undone_report(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: %(before)s → %(after)s") % {
        **_visit(change, people),
        "before": _outcome(change.before["outcome"]),
        "after": _("not recorded"),
    }


def _confirmed_contact(change: Change, people: People) -> str:
    if change.after["how"] == NoContact.How.SEEN:
        text = _("%(service)s %(times)s: seen at %(met)s")
    else:
        text = _("%(service)s %(times)s: spoken to at %(met)s")
    met = dt.datetime.fromisoformat(change.after["met_at"])
    return text % {**_visit(change, people), "met": dates.hm(met)}


def _wasted_trip(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: closed as a wasted trip") % _visit(change, people)


def _visit(change: Change, people: People) -> dict[str, str]:
    return {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


def _outcome(value: str) -> str:
    return next((str(choice.label) for choice in OUTCOMES if choice.value == value), value)


def _closed_day(change: Change, people: People) -> str:
    date = dt.date.fromisoformat(change.after["date"])
    return _("%(day)s is closed: carers report no more visits") % {
        "day": changes.capital(dates.day(date, get_language(), this_year=people.this_year))
    }
