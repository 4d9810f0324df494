"""``{% load whose %}``: texts that differ when the reader acts for another recipient."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

# By name: to the recipient, and to somebody who acts for the recipient.
TEXTS = {
    "see_visits": (_("See my visits"), _("See the visits")),
    "visits": (_("My visits"), _("Visits")),
    "no_visits": (_("You have no visits booked."), _("No visits are booked.")),
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
}


@register.simple_tag(takes_context=True)
def for_whom(context: dict[str, Any], name: str) -> str:
    own, other = TEXTS[name]
    whose = context.get("whose")
    return str(other if whose and whose.mandate else own)
