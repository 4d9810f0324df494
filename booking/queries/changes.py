"""Descriptions of the changes that this app's actions record, and the recipients whom changes
name (``accounts.changes``)."""

import copy
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import changes, dates
from accounts.changes import CHANGED, PERSON, Describer, People, Person, describe_values
from accounts.models import Change
from booking.models import Departure, Grant, KeyFacts, Mandate, Recipient, VisitRequest
from booking.models.calls import Outcome
from booking.queries.grants import amount_per_period
from booking.queries.patterns import times_in_words
from departments.history import iso_day, times

ENDINGS = ("end_series", "end_mandate")
Kinds = Sequence[tuple[str, str | Promise, Mapping[str, Describer]]]


def register_changes() -> None:
    """Register the descriptions, and how recipients are found, with ``accounts.changes``."""
    changes.register_people(_people)
    for kind, label, describers in (*_of_grants_and_visits(), *_of_choices()):
        endings = [verb for verb in describers if verb in ENDINGS]
        changes.register(changes.ChangeKind(kind, label, describers, endings=endings))


def _of_grants_and_visits() -> Kinds:
    """Kinds of changes of recipients, their grants and their visits."""
    grants = {
        "grant": _grant,
        "change_grant": _changed_grant,
        "note_call": _call,
        "ask_reassessment": _reassessment,
        "answer_reassessment": _answered_reassessment,
    }
    return (
        (
            "recipients",
            gettext_lazy("Recipients"),
            {
                "add_recipient": _added,
                "change_recipient": _particulars,
                "accept_log_in": _log_in,
                "join_recipient": _joined,
                "add_contact": _contact,
                "remove_contact": _removed_contact,
                "change_keys": _keys,
                "declare_relation": _close,
                "end_relation": _no_longer_close,
            },
        ),
        ("grants", gettext_lazy("Grants"), grants),
        (
            "visits",
            gettext_lazy("Carers of visits"),
            {
                "give": _seat,
                "take_off": _seat,
                "lose_seat": _lost_seat,
                "give_up_visit": _given_up,
                "needs_no_other_time": _no_other_time,
            },
        ),
        ("notes", gettext_lazy("Notes of visits"), {"change_note": _note}),
        (
            "requests",
            gettext_lazy("What is asked about visits"),
            {"ask_staff": _asked, "keep_visit": _kept},
        ),
    )


def _of_choices() -> Kinds:
    """Kinds of changes that recipients, and those who act for them, make."""
    return (
        (
            "agreed_times",
            gettext_lazy("Agreed times"),
            {
                "agree_time": _agreed,
                "end_agreed_time": _not_agreed,
                "give_up_agreed_time": _gave_up,
                "take_back_agreed_time": _wants_again,
            },
        ),
        (
            "series",
            gettext_lazy("Visits that repeat"),
            {
                "repeat": _series,
                "go_on": _series_goes_on,
                "end_series": _ended_series,
                "skip": _skipped,
                "take_back_skip": _not_skipped,
            },
        ),
        (
            "patterns",
            gettext_lazy("Visits planned by a pattern"),
            {
                "plan_pattern": _pattern,
                "change_pattern": _changed_pattern,
                "end_pattern": _ended_pattern,
                "leave_out": _left_out,
                "take_back_left_out": _not_left_out,
            },
        ),
        ("pauses", gettext_lazy("Pauses"), PAUSE_DESCRIBERS),
        (
            "wishes",
            gettext_lazy("Waiting for a free time"),
            {"wish": _wish, "drop": _dropped_wish},
        ),
        (
            "mandates",
            gettext_lazy("Guardians and helpers"),
            {
                "accept_mandate": _mandate,
                "end_mandate": _ended_mandate,
                "show_plans": _shown_plans,
                "hide_plans": _hidden_plans,
            },
        ),
        (
            "feeds",
            gettext_lazy("Calendar addresses"),
            {"make_feed": _feed, "revoke_feed": _revoked_feed},
        ),
    )


def _people(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Person]:
    recipients = Recipient.objects.filter(pk__in=ids).only("given_name", "family_name")
    return {
        recipient.pk: Person(recipient.full_name, is_recipient=True) for recipient in recipients
    }


# -- Recipients --------------------------------------------------------------------


def _added(change: Change, people: People) -> str:
    return _("Added as a recipient")


def _particulars(change: Change, people: People) -> str:
    # Older versions of the product recorded phone numbers.
    if "phone" in change.after:
        change = copy.copy(change)
        names = [*change.after.get(CHANGED, ()), "phone"]
        change.after = {**change.after, CHANGED: names}
        del change.after["phone"]
    return describe_values(Recipient, change, people.this_year)


def _close(change: Change, people: People) -> str:
    return _("%(name)s is close to the person, and does not open the pages") % {
        "name": people.name(change.after[PERSON]) or _("nobody")
    }


def _no_longer_close(change: Change, people: People) -> str:
    return _("%(name)s is not close to the person any more") % {
        "name": people.name(change.after[PERSON]) or _("nobody")
    }


def _keys(change: Change, people: People) -> str:
    return describe_values(KeyFacts, change, people.this_year)


def _log_in(change: Change, people: People) -> str:
    return _("Invitation to log in: accepted")


def _joined(change: Change, people: People) -> str:
    return _("Two registrations became one")


# -- Grants ------------------------------------------------------------------------


def _grant(change: Change, people: People) -> str:
    after = change.after
    terms = Grant(
        amount=after["amount"],
        unit=after["unit"],
        period=after["period"],
        weeks=after.get("weeks", 1),
    )
    words = {
        "service": after["name"],
        "amount": amount_per_period(terms),
        "day": iso_day(after["valid_from"], people.this_year),
    }
    if not after["valid_until"]:
        return _("New grant of %(service)s: %(amount)s, from %(day)s") % words
    words["last"] = iso_day(after["valid_until"], people.this_year)
    return (
        _("New grant of %(service)s: %(amount)s, from %(day)s until and including %(last)s")
        % words
    )


def _call(change: Change, people: People) -> str:
    outcome = dict(Outcome.choices).get(change.after["outcome"], "")
    return _("Called about help that is not booked: %(outcome)s") % {"outcome": outcome}


def _changed_grant(change: Change, people: People) -> str:
    return _("Grant of %(service)s. %(changes)s") % {
        "service": change.after["name"],
        "changes": describe_values(Grant, change, people.this_year),
    }


def _reassessment(change: Change, people: People) -> str:
    return _("Asked for reassessment of %(service)s") % {"service": change.after["name"]}


def _answered_reassessment(change: Change, people: People) -> str:
    return _("Answered about reassessment of %(service)s") % {"service": change.after["name"]}


# -- Carers of visits --------------------------------------------------------------


def _seat(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: %(before)s → %(after)s") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
        "before": people.name(change.before[PERSON]) or _("nobody"),
        "after": people.name(change.after[PERSON]) or _("nobody"),
    }


def _lost_seat(change: Change, people: People) -> str:
    return _("%(service)s %(times)s has no carer any more, because the shifts changed") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


def _given_up(change: Change, people: People) -> str:
    return _("%(service)s %(times)s is cancelled for more urgent visits") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


def _no_other_time(change: Change, people: People) -> str:
    return _("%(service)s %(times)s is not booked again") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


def _note(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: the note is changed") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


def _asked(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: %(asked)s") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
        "asked": VisitRequest.Kind(change.after["kind"]).label,
    }


def _kept(change: Change, people: People) -> str:
    return _("%(service)s %(times)s: the visit is kept") % {
        "service": change.after["name"],
        "times": times(change.after, people.this_year),
    }


# -- Visits that repeat ------------------------------------------------------------


def _series(change: Change, people: People) -> str:
    return _("%(service)s repeats on %(weekday)s at %(time)s") % _weekly(change)


def _series_goes_on(change: Change, people: People) -> str:
    return _("%(service)s goes on to repeat on %(weekday)s at %(time)s") % _weekly(change)


def _ended_series(change: Change, people: People) -> str:
    return _("%(service)s no longer repeats on %(weekday)s at %(time)s") % _weekly(change)


def _skipped(change: Change, people: People) -> str:
    return _("%(service)s on %(day)s is skipped") % _on_a_day(change, people)


def _not_skipped(change: Change, people: People) -> str:
    return _("%(service)s on %(day)s is not skipped any more") % _on_a_day(change, people)


def _pattern(change: Change, people: People) -> str:
    return _("%(service)s is planned %(times)s %(when)s") % _by_pattern(change, people)


def _changed_pattern(change: Change, people: People) -> str:
    return _("%(service)s is now planned %(times)s %(when)s") % _by_pattern(change, people)


def _ended_pattern(change: Change, people: People) -> str:
    values = _by_pattern(change, people)
    if not change.after["last_date"]:
        return _("%(service)s is planned %(times)s until further notice") % values
    return _("%(service)s %(times)s is planned until %(last)s") % values


def _left_out(change: Change, people: People) -> str:
    return _("%(service)s on %(day)s is left out") % _on_a_day(change, people)


def _not_left_out(change: Change, people: People) -> str:
    return _("%(service)s on %(day)s is planned after all") % _on_a_day(change, people)


def _by_pattern(change: Change, people: People) -> dict[str, str]:
    after = change.after
    times = [dt.time.fromisoformat(time) for time in after["times"]]
    first, last = (
        iso_day(after[name], people.this_year) if after[name] else ""
        for name in ("first_date", "last_date")
    )
    return {
        "service": after["name"],
        "times": times_in_words(after["weekdays"], times, after["every_n_weeks"]),
        "when": _("from %(day)s") % {"day": first},
        "last": last,
    }


def _agreed(change: Change, people: People) -> str:
    return _("Agreed time for %(service)s: %(weekday)s at %(time)s") % _weekly(change)


def _not_agreed(change: Change, people: People) -> str:
    return _("No longer agreed for %(service)s: %(weekday)s at %(time)s") % _weekly(change)


def _gave_up(change: Change, people: People) -> str:
    return _("Does not want the agreed time for %(service)s on %(day)s") % _on_a_day(
        change, people
    )


def _wants_again(change: Change, people: People) -> str:
    return _("Wants the agreed time for %(service)s on %(day)s again") % _on_a_day(change, people)


def _wish(change: Change, people: People) -> str:
    return _("Waits for %(service)s on %(day)s") % _on_a_day(change, people)


def _dropped_wish(change: Change, people: People) -> str:
    return _("No longer waits for %(service)s on %(day)s") % _on_a_day(change, people)


def _on_a_day(change: Change, people: People) -> dict[str, str]:
    return {
        "service": change.after["name"],
        "day": iso_day(change.after["date"], people.this_year),
    }


def _weekly(change: Change) -> dict[str, str]:
    language = get_language()
    date = dt.date.fromisoformat(change.after["first_date"])
    time = dt.time.fromisoformat(change.after["time"])
    return {
        "service": change.after["name"],
        "weekday": dates.words(language).weekdays[date.weekday()],
        "time": dates.hm(time, language),
    }


# -- Pauses ------------------------------------------------------------------------


def _paused(change: Change, people: People) -> str:
    return _("The help is paused %(when)s") % _days_of_pause(change, people)


def _stopped_set_visits(change: Change, people: People) -> str:
    return _("Visits at set times are stopped %(when)s") % _days_of_pause(change, people)


def _kept_set_visits(change: Change, people: People) -> str:
    return _("Visits at set times stand in the pause %(when)s") % _days_of_pause(change, people)


def _confirmed_pause(change: Change, people: People) -> str:
    return _("The pause %(when)s is confirmed") % _days_of_pause(change, people)


def _ended_pause(change: Change, people: People) -> str:
    return _("The pause %(when)s is ended") % _days_of_pause(change, people)


def _days_of_pause(change: Change, people: People) -> dict[str, str]:
    first = iso_day(change.after["first_day"], people.this_year)
    if not change.after["last_day"]:
        return {"when": _("from %(first)s until further notice") % {"first": first}}
    last = iso_day(change.after["last_day"], people.this_year)
    return {
        "when": _("from %(first)s until and including %(last)s") % {"first": first, "last": last}
    }


# -- Guardians and helpers ---------------------------------------------------------


def _mandate(change: Change, people: People) -> str:
    return _("%(name)s may: %(what)s (%(kind)s)") % _terms(change)


def _ended_mandate(change: Change, people: People) -> str:
    return _("%(name)s may no longer: %(what)s (%(kind)s)") % _terms(change)


def _shown_plans(change: Change, people: People) -> str:
    return _("%(name)s may see the person's own plans") % {"name": change.after["name"]}


def _hidden_plans(change: Change, people: People) -> str:
    return _("%(name)s may no longer see the person's own plans") % {"name": change.after["name"]}


def _terms(change: Change) -> dict[str, str]:
    return {
        "name": change.after["name"],
        "what": str(Mandate.May(change.after["may"]).label).lower(),
        "kind": str(Mandate.Kind(change.after["kind"]).label).lower(),
    }


def _contact(change: Change, people: People) -> str:
    return _("New contact person: %(relation)s") % {"relation": _relation(change)}


def _removed_contact(change: Change, people: People) -> str:
    return _("Contact person removed: %(relation)s") % {"relation": _relation(change)}


def _relation(change: Change) -> str:
    relation: str = change.after["relation"]
    return relation or _("no relation written")


# -- Calendar addresses ----------------------------------------------------------------


def _feed(change: Change, people: People) -> str:
    return _("New calendar address")


def _revoked_feed(change: Change, people: People) -> str:
    return _("A calendar address was closed")


def _reported_departure(change: Change, people: People) -> str:
    return _("Reported: %(why)s. Somebody else must confirm it") % _why_departed(change)


def _confirmed_departure(change: Change, people: People) -> str:
    return _("Confirmed: %(why)s. All help and messages stop") % _why_departed(change)


def _undone_departure(change: Change, people: People) -> str:
    return _("Undone: %(why)s") % _why_departed(change)


def _why_departed(change: Change) -> dict[str, str]:
    return {"why": str(Departure.Why(change.after["why"]).label).lower()}


PAUSE_DESCRIBERS = {
    "pause": _paused,
    "stop_set_visits": _stopped_set_visits,
    "keep_set_visits": _kept_set_visits,
    "confirm_pause": _confirmed_pause,
    "end_pause": _ended_pause,
    "report_departure": _reported_departure,
    "confirm_departure": _confirmed_departure,
    "undo_departure": _undone_departure,
}
