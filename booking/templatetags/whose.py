"""``{% load whose %}``: texts that differ when the reader acts for another recipient."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from booking.models import SeriesDate

register = template.Library()

# By name: to the recipient, and to somebody who acts for the recipient.
TEXTS = {
    "see_visits": (_("See my visits"), _("See the visits")),
    "visits": (_("My visits"), _("Visits")),
    "no_visits": (_("You have no visits booked."), _("No visits are booked.")),
    "kept": (
        _("Your agreed time, kept for you until you choose"),
        _("The agreed time, kept until another is chosen"),
    ),
    "kept_until": (
        _("If you choose no other time before %(day)s %(clock)s, the agreed one is booked."),
        _("If no other time is chosen before %(day)s %(clock)s, the agreed one is booked."),
    ),
    "given_up": (
        _("You do not want the agreed time on this day."),
        _("The agreed time on this day is not wanted."),
    ),
    "more_about_visits": (_("More about your visits"), _("More about the visits")),
    "visit": (_("Your visit"), _("The visit")),
    "a_visit": (_("your visit"), _("visit")),
    "visit_now": (_("Your visit now"), _("The visit now")),
    "next_visit": (_("Your next visit"), _("The next visit")),
    "week": (_("My week"), _("The week")),
    "time_now": (_("Your time now"), _("The time now")),
    "press_to_move": (
        _("Press one, and your visit is moved there."),
        _("Press one, and the visit is moved there."),
    ),
    "visit_then": (_("You have a visit then"), _("There is a visit then")),
    "visit_at_that_time": (
        _("You already have a visit at that time"),
        _("There is a visit at that time already"),
    ),
    "who_looked": (_("Who has looked at my information"), _("Who has looked at the information")),
    "who_changed": (
        _("Who has changed my information"),
        _("Who has changed the information"),
    ),
    "looks_are_logged": (
        _("Each time somebody else opens your information, it is written down here."),
        _("Each time somebody opens the information, it is written down here."),
    ),
    "which_changes": (
        _("Changes of what is written about you, of your grants, and of who may act for you."),
        _("Changes of what is written about the person, of grants, and of who may act for them."),
    ),
    "where_visits_are": (
        _("Booked, moved and cancelled visits are under “My visits”."),
        _("Booked, moved and cancelled visits are under “Visits”."),
    ),
    "all_used": (
        _("You have used all you have been granted"),
        _("All that is granted is used"),
    ),
    "too_little_left": (
        _("You have too little left for one visit"),
        _("Too little is left for one visit"),
    ),
    "granted_too_little": (
        _("You are granted less than one visit takes"),
        _("Less is granted than one visit takes"),
    ),
    "nothing_left": (_("You have used all you have"), _("All of it is used")),
    "day_not_granted": (
        _("Your grant does not cover this day."),
        _("The grant does not cover this day."),
    ),
    "day_paused": (
        _("Your help is paused this day."),
        _("The help is paused this day."),
    ),
    "days_paused": (
        _("Your help is paused on these days."),
        _("The help is paused on these days."),
    ),
    "paused_on": (
        _("Your help is paused %(day)s"),
        _("The help is paused %(day)s"),
    ),
    "paused_when": (
        _("Your help is paused %(when)s."),
        _("The help is paused %(when)s."),
    ),
    "home_again": (_("I am home again"), _("Home again")),
    "pause_how": (
        _("For when you are away or in hospital. You can begin again at any time."),
        _("For when the person is away or in hospital. The help can begin again at any time."),
    ),
    "own_plans": (_("My own plans"), _("Own plans")),
    "plans_how": (
        _("Write what you do otherwise. When you choose a time, you see what you have then."),
        _("Write what the person does otherwise. You see it when you choose a time."),
    ),
    "plan_then": (
        _("You have a plan then: %(plan)s."),
        _("There is a plan then: %(plan)s."),
    ),
    "visits_come_back": (
        _("You get what they count back, and can book again."),
        _("What they count is given back, and can be booked again."),
    ),
    "no_service": (
        _("You have no service to book yet"),
        _("There is no service to book yet"),
    ),
    "no_service_granted": (
        _(
            "Here you book services that the municipality has granted you."
            " Right now you have none."
        ),
        _("Here you book services that the municipality has granted. Right now there are none."),
    ),
    "old_time_kept": (_("You still have your old time."), _("The old time is kept.")),
    "used_of": (
        _("You have used %(granted)s of %(granted)s %(when)s."),
        _("Used %(when)s: %(granted)s of %(granted)s."),
    ),
    "left_after": (
        _("When you have booked this, you have %(left)s left %(when)s."),
        _("When this is booked, %(left)s is left %(when)s."),
    ),
    "left_too_little": (
        _("You have %(left)s left %(when)s, and one visit takes %(length)s."),
        _("There is %(left)s left %(when)s, and one visit takes %(length)s."),
    ),
    "granted_and_length": (
        _(
            "You are granted %(granted)s, and one visit takes %(length)s. Call %(phone)s, and we"
            " look at it together."
        ),
        _(
            "The grant gives %(granted)s, and one visit takes %(length)s. Call %(phone)s, and we"
            " look at it together."
        ),
    ),
    "used_all_granted": (
        _("You have used %(granted)s of %(granted)s %(when)s. That is all you have been granted."),
        _("Used %(when)s: %(granted)s of %(granted)s. That is all that is granted."),
    ),
    "days_not_granted": (
        _("Your grant does not cover these days. Call %(phone)s if you think this is wrong."),
        _("The grant does not cover these days. Call %(phone)s if you think this is wrong."),
    ),
    "more_from_days": (
        _("From %(day)s you have more. You can book those days when they come closer."),
        _("From %(day)s there is more. You can book those days when they come closer."),
    ),
    "not_granted_on": (
        _("Your grant does not cover %(day)s"),
        _("The grant does not cover %(day)s"),
    ),
    "book_on_granted_days": (
        _(
            "You can book %(service)s on the days of your grant. Call %(phone)s if you think"
            " this is wrong, or if you need it for longer."
        ),
        _(
            "You can book %(service)s on the days of the grant. Call %(phone)s if you think this"
            " is wrong, or if it is needed for longer."
        ),
    ),
    "times_are_set": (
        _("You can't book, move or cancel here. Call %(phone)s if a time does not suit you."),
        _(
            "The visits can't be booked, moved or cancelled here. Call %(phone)s if a time does"
            " not suit."
        ),
    ),
    "choose_from": (
        _("You choose the times yourself from %(day)s."),
        _("The times can be chosen here from %(day)s."),
    ),
    "visits_stay": (
        _("The visits you have are as they were."),
        _("The visits that are booked are as they were."),
    ),
    "used_all_when": (
        _("You have used all you have %(when)s"),
        _("All of it is used %(when)s"),
    ),
    "booked_all_granted": (
        _(
            "%(service)s: you have booked %(granted)s of %(granted)s %(when)s. That is all you"
            " have been granted."
        ),
        _(
            "%(service)s: %(granted)s of %(granted)s is booked %(when)s. That is all that is"
            " granted."
        ),
    ),
    "more_from": (
        _("You have more from %(day)s. You can book it when that day comes closer."),
        _("There is more from %(day)s. You can book it when that day comes closer."),
    ),
    "move_a_visit": (
        _("You can also move a visit that you have."),
        _("You can also move a visit that is booked."),
    ),
    "more_help": (
        _("Do you need more help than this? Call %(phone)s."),
        _("Is more help than this needed? Call %(phone)s."),
    ),
    "still_left": (
        _("You still have %(left)s left %(when)s."),
        _("There is still %(left)s left %(when)s."),
    ),
    "too_late_to_cancel": (
        _("Your visit is %(day)s %(clock)s. Somebody is getting ready to come to you."),
        _("The visit is %(day)s %(clock)s. Somebody is getting ready to come."),
    ),
    "too_late_to_move": (
        _("Your visit is %(day)s %(clock)s, and we are already getting ready for it."),
        _("The visit is %(day)s %(clock)s, and we are already getting ready for it."),
    ),
    "visit_is_kept": (
        _("Call %(phone)s, and we find another time together. You keep the visit until then."),
        _("Call %(phone)s, and we find another time together. The visit is kept until then."),
    ),
    "press_move": (
        _("The new time is yours when you press “Move”. Until then you keep the old one."),
        _("The new time is booked when you press “Move”. Until then the old one is kept."),
    ),
    "press_book": (
        _("The time is yours when you press “Book”."),
        _("The time is booked when you press “Book”."),
    ),
    "press_one": (
        _("Press one, and it is yours."),
        _("Press one, and it is booked."),
    ),
    "move_instead": (
        _("Move the visit instead. You keep the time until the new one is yours."),
        _("Move the visit instead. The time is kept until the new one is booked."),
    ),
    "choose_day_to_move": (
        _("Choose a day, then a time. You keep the old time until the new one is yours."),
        _("Choose a day, then a time. The old time is kept until the new one is booked."),
    ),
    "counts_as_one": (
        _("Each visit counts as one you book yourself."),
        _("Each visit counts as one that is booked by itself."),
    ),
    "grant_ended": (
        _(
            "Your grant has ended. Call %(phone)s if you think this is wrong, or if you need it"
            " for longer."
        ),
        _(
            "The grant has ended. Call %(phone)s if you think this is wrong, or if it is needed"
            " for longer."
        ),
    ),
    "old_time_until_yes": (
        _("Your old time is %(day)s %(clock)s. You keep it until you press “Yes”."),
        _("The old time is %(day)s %(clock)s. It is kept until you press “Yes”."),
    ),
    "have_left": (
        _("You have %(left)s"),
        _("There is %(left)s"),
    ),
    "need_help": (
        _("Do you need help at home? Call %(phone)s."),
        _("Is help needed at home? Call %(phone)s."),
    ),
    "need_help_or_wrong": (
        _(
            "Do you think this is wrong, or do you need help at home? Call %(phone)s. We help"
            " you to apply."
        ),
        _(
            "Do you think this is wrong, or is help needed at home? Call %(phone)s. We help to"
            " apply."
        ),
    ),
    "move_the_one": (
        _("Move the one you have"),
        _("Move the one that is booked"),
    ),
    "none_repeats": (
        _("None of your visits repeats. You need not decide far ahead: book when it suits you."),
        _("None of the visits repeats. Nothing need be decided far ahead: book when it suits."),
    ),
    "no_wishes": (_("You have not asked about any day."), _("No day is asked about.")),
    "have_booked": (_("You have booked %(service)s"), _("Booked: %(service)s")),
    "nobody_comes": (
        _("Nobody comes. You can book a new time whenever you like."),
        _("Nobody comes. A new time can be booked."),
    ),
    "kept_until_new": (
        _("You keep the time until the new one is yours"),
        _("The time is kept until the new one is booked"),
    ),
    "nobody_looked": (
        _("Nobody but you has opened it."),
        _("Nobody has opened it."),
    ),
    "missed_own": (_("You have another visit then."), _("There is another visit then.")),
    "missed_all_used": (
        _("You have not enough left of what you have been granted."),
        _("Too little is left of what is granted."),
    ),
    "missed_not_granted": (
        _("Your grant does not cover that day."),
        _("The grant does not cover that day."),
    ),
    "grant_covers_no_date": (
        _("It does not repeat: your grant covers no date after this."),
        _("It does not repeat: the grant covers no date after this."),
    ),
}


@register.simple_tag(takes_context=True)
def for_whom(context: Mapping[str, Any], name: str, **values: object) -> str:
    """The text, with ``values`` for its placeholders."""
    return text_for(name, is_own=is_reader(context), **values)


@register.simple_tag(takes_context=True)
def why_missed(context: Mapping[str, Any], why: str) -> str:
    """Why a date of a series could not be booked."""
    return why_missed_for(why, is_own=is_reader(context))


def why_missed_for(why: str, *, is_own: bool) -> str:
    name = f"missed_{why}"
    return text_for(name, is_own=is_own) if name in TEXTS else str(SeriesDate.Why(why).label)


def is_reader(context: Mapping[str, Any]) -> bool:
    """Whether the page's reader is the person whom it is about."""
    whose = context.get("whose")
    return not (whose and whose.mandate)


def text_for(name: str, *, is_own: bool, **values: object) -> str:
    own, other = TEXTS[name]
    text = str(own if is_own else other)
    return text % values if values else text
