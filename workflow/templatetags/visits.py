"""``{% load visits %}``: the state of visits and who can take them, in words."""

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates import end_date
from accounts.templatetags.dates import end_hm, hm, hm_to, near_day, short_duration, short_weekday
from booking.models import Grant
from booking.queries import Unbooked
from departments.hours import Interval
from workflow.board import Lane
from workflow.forms import OUTCOMES
from workflow.queries import Problem, ShiftCandidate, VisitCandidate
from workflow.urgency import HowUrgent, Urgency

register = template.Library()

NEAR_MINUTES = 12 * 60  # a visit sooner than this has the time until it, a later one its day


@register.filter
def visits(count: int) -> str:
    """ "3 visits"."""
    return ngettext("%(visits)s visit", "%(visits)s visits", count) % {"visits": count}


@register.filter
def outcome_label(outcome: str) -> str:
    """What carers and administrators call an outcome: "No contact"."""
    return next(str(choice.label) for choice in OUTCOMES if choice.value == outcome)


@register.filter
def with_nobody(count: int) -> str:
    """ "2 with nobody"."""
    words = ngettext("%(number)s with nobody", "%(number)s with nobody", count)
    return words % {"number": count}


@register.filter
def no_contact(count: int) -> str:
    """ "2 no contact"."""
    words = ngettext("%(number)s no contact", "%(number)s no contact", count)
    return words % {"number": count}


@register.filter
def not_done(count: int) -> str:
    """ "2 not done"."""
    words = ngettext("%(number)s not done", "%(number)s not done", count)
    return words % {"number": count}


@register.filter
def untold(count: int) -> str:
    """ "2 not told"."""
    words = ngettext("%(number)s not recorded", "%(number)s not recorded", count)
    return words % {"number": count}


@register.filter
def progress(lane: Lane) -> str:
    """ "2 of 5 visits"."""
    count = len(lane.cards)
    if lane.is_withdrawn:
        return _("away")
    if not lane.finished:
        return visits(count)
    words = ngettext("%(done)s of %(visits)s visit", "%(done)s of %(visits)s visits", count)
    return words % {"done": lane.finished, "visits": count}


@register.filter
def reasons(candidate: VisitCandidate) -> str:
    """When the candidate is free or what must move, and whether they know the recipient."""
    found = [
        _("The visit at %(time)s moves to %(who)s.")
        % {"time": hm(move.card.visit.starts_at), "who": move.lane.title}
        for move in candidate.moves
    ]
    if candidate.free:
        period = hm_to(candidate.free.start, candidate.free.end)
        found = [_("Free %(time)s.") % {"time": period}]
    if candidate.lane.is_named:
        found.append(_met(candidate.times_met))
    return " ".join(found)


@register.filter
def suitability(candidate: ShiftCandidate, lane: Lane) -> str:
    """Whether a care worker can be named on the lane's shift."""
    if candidate.why_not:
        return str(capfirst(candidate.why_not))
    if number := len(candidate.unqualified_for):
        return ngettext(
            "Not qualified for %(number)s of the visits",
            "Not qualified for %(number)s of the visits",
            number,
        ) % {"number": number}
    return _("Free, and can take every visit") if lane.cards else _("Free")


@register.filter
def away_around(away: Interval, lane: Lane) -> str:
    """ "Away from Tue 15:00" of an absence that begins after the shift, or "Away until" of one
    that ends before it."""
    if away.start >= lane.period.end:
        return _("Away from %(day)s %(time)s") % {
            "day": short_weekday(away.start),
            "time": hm(away.start),
        }
    return _("Away until %(day)s %(time)s") % {
        "day": short_weekday(end_date(away.end)),
        "time": end_hm(away.end),
    }


@register.filter
def time_until(problem: Problem) -> str:
    """ "has begun", "in 45 min" or "tomorrow"."""
    if problem.minutes_until < 0:
        return _("has begun")
    if problem.minutes_until < NEAR_MINUTES:
        return _("in %(time)s") % {"time": short_duration(problem.minutes_until)}
    return near_day(problem.board.date)


@register.filter
def heading(problem: Problem) -> str:
    """The recipient's name; for several carers also which one is missing."""
    name = problem.card.visit.booking.recipient.full_name
    if problem.count == 1:
        return name
    missing = _("missing carer %(number)s of %(count)s")
    return f"{name}, {missing % {'number': problem.number, 'count': problem.count}}"


@register.filter
def urgency(how: HowUrgent) -> str:
    match how.urgency:
        case Urgency.MUST_TODAY:
            return _("Must be made today")
        case Urgency.WITHIN_HOURS:
            return ngettext(
                "Must begin within %(hours)s hour", "Must begin within %(hours)s hours", how.hours
            ) % {"hours": how.hours}
        case Urgency.CAN_MOVE:
            return ngettext(
                "Can move: %(days)s other day is free",
                "Can move: %(days)s other days are free",
                how.days,
            ) % {"days": how.days}
        case Urgency.MAY_LAPSE:
            return _("May lapse: no other day is free")


@register.filter
def missing(unbooked: Unbooked) -> str:
    """ "2 of 3 missing this month"."""
    grant = unbooked.grant
    if grant.unit == Grant.Unit.VISITS:
        words = _("%(missing)s of %(amount)s missing")
    else:
        words = _("%(missing)s of %(amount)s minutes missing")
    found = words % {"missing": unbooked.missing, "amount": grant.amount}
    return f"{found} {_('this month')}" if grant.period == Grant.Period.MONTH else found


def _met(times: int) -> str:
    if not times:
        return _("Has not met them lately.")
    return ngettext(
        "Met once in the last 28 days.", "Met %(times)s times in the last 28 days.", times
    ) % {"times": times}
