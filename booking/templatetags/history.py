"""``{% load history %}``: past visits and the access log in words."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from booking.models import Booking, BookingEvent
from booking.outcomes import Outcome
from booking.queries.actors import Actor, Actors
from booking.templatetags.whose import for_whom, is_reader

register = template.Library()

ACCESS_WORDS = {  # Of pages with ":opened" and ":sent", entries of earlier versions have neither.
    "booking:calendar": gettext_lazy("Saw your calendar"),
    "booking:week": gettext_lazy("Saw your week"),
    "booking:visits": gettext_lazy("Saw your visits"),
    "booking:visit": gettext_lazy("Saw one of your visits"),
    "booking:looks": gettext_lazy("Saw this list"),
    "booking:changes": gettext_lazy("Saw who has changed your information"),
    "booking:book": gettext_lazy("Booked a visit for you"),
    "booking:move": gettext_lazy("Was about to move a visit, or moved it"),
    "booking:cancel": gettext_lazy("Was about to cancel a visit, or cancelled it"),
    "booking:move:opened": gettext_lazy("Opened the page to move a visit"),
    "booking:move:sent": gettext_lazy("Sent a new time for a visit"),
    "booking:note:opened": gettext_lazy("Opened the page to change a note"),
    "booking:note:sent": gettext_lazy("Sent another note for a visit"),
    "booking:cancel:opened": gettext_lazy("Opened the page to cancel a visit"),
    "booking:cancel:sent": gettext_lazy("Sent a cancellation of a visit"),
    "booking:end_series:opened": gettext_lazy("Opened the page to end a visit that repeats"),
    "booking:end_series:sent": gettext_lazy("Ended a visit that repeats"),
    "booking:skip": gettext_lazy("Skipped a visit that repeats"),
    "booking:take_back_skip": gettext_lazy("Took back that a visit was skipped"),
    "booking:end_series": gettext_lazy("Was about to end a visit that repeats, or ended it"),
    "booking:make_wish": gettext_lazy("Asked to be told of a free time for you"),
    "booking:remove_wish": gettext_lazy("Stopped waiting for a free time for you"),
    "booking:pause:opened": gettext_lazy("Opened the page to pause the help"),
    "booking:pause:sent": gettext_lazy("Paused the help, or was about to"),
    "booking:end_pause": gettext_lazy("Ended a pause of the help"),
    "booking:recipient_pause": gettext_lazy("Opened the page to pause the help, or paused it"),
    "booking:end_pause_by_phone": gettext_lazy("Ended a pause of the help"),
    "booking:answer_pause": gettext_lazy("Answered about visits in a pause"),
    "booking:confirm_pause": gettext_lazy("Looked at a pause of the help"),
    "booking:report_departure": gettext_lazy("Reported as moved away or dead"),
    "booking:confirm_departure": gettext_lazy("Confirmed as moved away or dead"),
    "booking:undo_departure": gettext_lazy("Undid that the person is away for good"),
    "booking:feed": gettext_lazy("Read your calendar with a program"),
    "booking:recipients": gettext_lazy("Saw you in the list of recipients"),
    "booking:search_recipients": gettext_lazy("Found you by a search"),
    "booking:recipient": gettext_lazy("Opened your page"),
    "booking:open_access": gettext_lazy("Opened your page again, with a reason"),
    "booking:change_recipient": gettext_lazy("Changed your name, phone or address"),
    "booking:add_contact": gettext_lazy("Changed whom to call about you"),
    "booking:remove_contact": gettext_lazy("Changed whom to call about you"),
    "booking:change_keys": gettext_lazy("Changed how we get in to you"),
    "booking:declare_relation": gettext_lazy("Wrote down which employees are close to you"),
    "booking:end_relation": gettext_lazy("Wrote down which employees are close to you"),
    "booking:grant": gettext_lazy("Opened a grant of yours"),
    "booking:add_grant": gettext_lazy("Wrote down a new grant"),
    "booking:replace_grant": gettext_lazy("Opened the page to change a grant, or changed it"),
    "booking:own_grants": gettext_lazy("Saw your grants"),
    "booking:grants": gettext_lazy("Saw you in the list of grants"),
    "booking:grants_of": gettext_lazy("Saw your grants"),
    "booking:ask_reassessment": gettext_lazy("Asked for reassessment of a grant"),
    "booking:answer_reassessment": gettext_lazy("Answered about reassessment of a grant"),
    "booking:phone": gettext_lazy("Looked for a time for you"),
    "booking:book_by_phone": gettext_lazy("Booked a visit for you by phone"),
    "booking:phone_visit": gettext_lazy("Saw one of your visits"),
    "booking:move_by_phone": gettext_lazy("Moved a visit for you"),
    "booking:cancel_by_phone": gettext_lazy("Cancelled a visit for you"),
    "booking:ask_staff": gettext_lazy("Told staff about a visit"),
    "booking:keep_visit": gettext_lazy("Answered about a visit"),
    "booking:recipient_week": gettext_lazy("Saw your week, to print it"),
    "booking:invite_by_letter": gettext_lazy("Printed a letter with a code for logging in"),
    "booking:change_grant": gettext_lazy("Changed a grant of yours"),
    "booking:note_call": gettext_lazy("Noted a call to you"),
    "booking:needs_no_other_time": gettext_lazy("Noted that a visit is not booked again"),
    "workflow:unbooked": gettext_lazy("Saw the name in the list of unbooked help"),
    "booking:register_guardian": gettext_lazy("Registered a guardian"),
    "booking:confirm_guardian": gettext_lazy("Confirmed a guardian"),
    "booking:withdraw_guardian": gettext_lazy("Withdrew the invitation of a guardian"),
    "booking:end_guardian": gettext_lazy("Ended what a guardian may do"),
    "departments:changes": gettext_lazy("Saw what was changed for you"),
    "departments:preview": gettext_lazy("Saw which visits a change would affect"),
    "workflow:today": gettext_lazy("Saw you on the page of today"),
    "workflow:board": gettext_lazy("Saw you on the plan of the day"),
    "workflow:my_day": gettext_lazy("Saw you on the work list"),
    "workflow:print_list": gettext_lazy("Printed a work list with you on it"),
    "workflow:visit": gettext_lazy("Opened your visit before coming"),
    "workflow:report": gettext_lazy("Wrote how a visit went"),
    "workflow:undo_report": gettext_lazy("Wrote how a visit went"),
    "workflow:no_contact": gettext_lazy("Wrote how a visit went"),
    "workflow:staff_no_contact": gettext_lazy("Opened how a visit went, or wrote it"),
    "workflow:close_no_contact": gettext_lazy("Wrote how a visit went"),
    "workflow:report_visit:opened": gettext_lazy("Opened what happened at a visit"),
    "workflow:report_visit:sent": gettext_lazy("Wrote how a visit went"),
    "workflow:report_visit": gettext_lazy("Opened how a visit went, or wrote it"),
    "api": gettext_lazy("Saw or changed your visits with a program"),
    "other": gettext_lazy("Opened your information"),
}


# Where they differ for somebody who acts for the person.
WORDS_TO_OTHERS = {
    "booking:calendar": gettext_lazy("Saw the calendar"),
    "booking:week": gettext_lazy("Saw the week"),
    "booking:visits": gettext_lazy("Saw the visits"),
    "booking:visit": gettext_lazy("Saw one of the visits"),
    "booking:changes": gettext_lazy("Saw who has changed the information"),
    "booking:book": gettext_lazy("Booked a visit"),
    "booking:make_wish": gettext_lazy("Asked to be told of a free time"),
    "booking:remove_wish": gettext_lazy("Stopped waiting for a free time"),
    "booking:feed": gettext_lazy("Read the calendar with a program"),
    "booking:recipients": gettext_lazy("Saw the name in the list of recipients"),
    "booking:search_recipients": gettext_lazy("Found the name by a search"),
    "booking:recipient": gettext_lazy("Opened the person's page"),
    "booking:open_access": gettext_lazy("Opened the person's page again, with a reason"),
    "booking:change_recipient": gettext_lazy("Changed the name, phone or address"),
    "booking:grant": gettext_lazy("Opened a grant"),
    "booking:grants": gettext_lazy("Saw the name in the list of grants"),
    "booking:grants_of": gettext_lazy("Saw the grants"),
    "booking:own_grants": gettext_lazy("Saw the grants"),
    "booking:phone": gettext_lazy("Looked for a time"),
    "booking:phone_visit": gettext_lazy("Saw one of the visits"),
    "booking:book_by_phone": gettext_lazy("Booked a visit by phone"),
    "booking:move_by_phone": gettext_lazy("Moved a visit"),
    "booking:cancel_by_phone": gettext_lazy("Cancelled a visit"),
    "booking:recipient_week": gettext_lazy("Saw the week, to print it"),
    "booking:change_grant": gettext_lazy("Changed a grant"),
    "booking:note_call": gettext_lazy("Noted a call"),
    "booking:needs_no_other_time": gettext_lazy("Noted that a visit is not booked again"),
    "workflow:unbooked": gettext_lazy("Saw the name in the list of unbooked help"),
    "booking:add_contact": gettext_lazy("Changed whom to call"),
    "booking:remove_contact": gettext_lazy("Changed whom to call"),
    "booking:change_keys": gettext_lazy("Changed how we get in"),
    "booking:declare_relation": gettext_lazy("Wrote down which employees are close"),
    "booking:end_relation": gettext_lazy("Wrote down which employees are close"),
    "departments:changes": gettext_lazy("Saw what was changed"),
    "workflow:today": gettext_lazy("Saw the name on the page of today"),
    "workflow:board": gettext_lazy("Saw the name on the plan of the day"),
    "workflow:my_day": gettext_lazy("Saw the name on the work list"),
    "workflow:print_list": gettext_lazy("Printed a work list with the name on it"),
    "workflow:visit": gettext_lazy("Opened the visit before coming"),
    "api": gettext_lazy("Saw or changed the visits with a program"),
    "other": gettext_lazy("Opened the information"),
}

CHOOSING_A_TIME = ("booking:times", "booking:check", "booking:move_times", "booking:move_check")


@register.simple_tag(takes_context=True)
def access_words(context: dict[str, Any], what: str) -> str:
    """What somebody did, from the URL name in the access log."""
    if what.startswith(CHOOSING_A_TIME):
        what = "booking:phone"
    elif what.startswith("api:"):
        what = "api"
    elif what not in ACCESS_WORDS:
        what = "other"
    words = ACCESS_WORDS[what]
    return str(words if is_reader(context) else WORDS_TO_OTHERS.get(what, words))


@register.simple_tag(takes_context=True)
def done_by(context: dict[str, Any], event: BookingEvent | None, actor: Actor) -> str:
    """Who moved or cancelled the visit, and why; "" when the person moved it themselves."""
    is_move = event is not None and event.kind == BookingEvent.Kind.MOVED
    if event is None or actor is Actor.OWN:
        return "" if is_move else for_whom(context, "nobody_comes")
    if actor is Actor.STAFF:
        words = _("The municipality moved it.") if is_move else _("The municipality cancelled it.")
    else:
        words = _("%(name)s moved it.") if is_move else _("%(name)s cancelled it.")
        words %= {"name": event.by.full_name if event.by else ""}
    return f"{words} {_reason(event)}" if event.reason else words


def _reason(event: BookingEvent) -> str:
    return _("Reason: {reason}").format(reason=event.reason)


OUTCOME_WORDS = {
    Outcome.DONE: pgettext_lazy("a visit", "Done"),
    Outcome.PARTLY: gettext_lazy("Partly done"),
    Outcome.DECLINED: gettext_lazy("Declined when we came"),
    Outcome.NO_CONTACT: gettext_lazy("We got no contact"),
    Outcome.IN_HOSPITAL: gettext_lazy("In hospital"),
    Outcome.UNABLE: gettext_lazy("We could not come"),
}


@register.inclusion_tag("booking/_outcome.html", takes_context=True)
def outcome(
    context: dict[str, Any], booking: Booking, outcomes: Mapping[UUID, Outcome], actors: Actors
) -> dict[str, Any]:
    """What became of a past or cancelled booking, in neutral words."""
    last = next(reversed(booking.events.all()), None)
    actor = actors.of(last) if last else Actor.OWN
    note = ""
    if last and last.reason and actor is not Actor.OWN:
        note = _reason(last)
    symbol, color = "clock", "neutral"
    words = _("We have not registered yet what happened")
    if booking.status == Booking.Status.CANCELLED:
        symbol, words = "undo", _("Cancelled by you")
        is_named = actor is Actor.HELPER or (actor is Actor.OWN and not is_reader(context))
        if last and last.by and is_named:
            symbol, words = "x", _("Cancelled by {name}").format(name=last.by.full_name)
        elif actor is Actor.STAFF:
            symbol, words = "x", _("Cancelled by the municipality")
    elif booking.pk in outcomes:
        found = outcomes[booking.pk]
        words, note = str(OUTCOME_WORDS[found]), ""
        # Equally grey, whoever was the cause of a visit that was not made.
        symbol, color = "home", "neutral"
        if found in (Outcome.DONE, Outcome.PARTLY):
            symbol, color = "check", "success"
    if booking.uncharged_at and booking.status == Booking.Status.BOOKED:
        note = _("It does not count. Another time can be booked instead.")
    return {"symbol": symbol, "color": color, "words": words, "note": note}
