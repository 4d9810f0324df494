"""URLs of recipients' pages, and of the staff's pages about recipients."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

import departments.converters  # noqa: F401  (registers the date converter)
from booking.converters import ClockConverter
from booking.views import (
    about,
    access_log,
    agreed_times,
    calendar,
    feeds,
    mandates,
    notes,
    order,
    own_grants,
    own_plans,
    pauses,
    series,
    visits,
    wishes,
)
from booking.views.staff import grants, guardians

register_converter(ClockConverter, "clock")
app_name = "booking"

urlpatterns: list[URLPattern | URLResolver] = [
    # /calendar/
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/week/", calendar.week, name="week"),
    # /book/<service>/
    path("book/", order.book, name="book"),
    path("book/<uuid:service>/<date:date>/", order.times, name="times"),
    path("book/<uuid:service>/<date:date>/<clock:clock>/", order.check, name="check"),
    # /bookings/<booking>/
    path("bookings/", visits.visits, name="visits"),
    path("bookings/<uuid:booking>/", visits.visit, name="visit"),
    path("bookings/<uuid:booking>/move/", visits.move, name="move"),
    path("bookings/<uuid:booking>/move/<date:date>/", visits.move_times, name="move_times"),
    path(
        "bookings/<uuid:booking>/move/<date:date>/<clock:clock>/",
        visits.move_check,
        name="move_check",
    ),
    path("bookings/<uuid:booking>/note/", notes.note, name="note"),
    path("bookings/<uuid:booking>/cancel/", visits.cancel, name="cancel"),
    path("bookings/<uuid:booking>/ask/", visits.ask_staff, name="ask_staff"),
    path("bookings/<uuid:booking>/appointment.ics", feeds.visit_file, name="visit_file"),
    path("bookings/<uuid:booking>/repeat/", series.repeat, name="repeat"),
    # /repeating/<series>/
    path("repeating/", series.all_series, name="all_series"),
    path("repeating/<uuid:series>/", series.series, name="series"),
    path("repeating/<uuid:series>/go-on/", series.go_on, name="go_on"),
    path("repeating/<uuid:series>/skip/", series.skip, name="skip"),
    path("repeating/<uuid:series>/take-back/", series.take_back_skip, name="take_back_skip"),
    path("repeating/<uuid:series>/end/", series.end_series, name="end_series"),
    # /agreed-times/<agreed_time>/
    path(
        "agreed-times/<uuid:agreed_time>/give-up/",
        agreed_times.give_up,
        name="give_up_agreed_time",
    ),
    path(
        "agreed-times/<uuid:agreed_time>/take-back/",
        agreed_times.take_back,
        name="take_back_agreed_time",
    ),
    # /pause/<pause>/
    path("pause/", pauses.pause, name="pause"),
    path("pause/<uuid:pause>/end/", pauses.end_pause, name="end_pause"),
    path("grants/", own_grants.own_grants, name="own_grants"),
    # /plans/<plan>/: what the recipient does otherwise
    path("plans/", own_plans.plans, name="plans"),
    path("plans/file/", own_plans.read_plan_file, name="read_plan_file"),
    path("plans/file/forget/", own_plans.forget_plan_file, name="forget_plan_file"),
    path("plans/shown-to/", own_plans.show_plans, name="show_plans"),
    path("plans/<uuid:plan>/remove/", own_plans.remove_plan, name="remove_plan"),
    # /wishes/<wish>/
    path("wishes/", wishes.wishes, name="wishes"),
    path("wishes/make/", wishes.make_wish, name="make_wish"),
    path("wishes/<uuid:wish>/remove/", wishes.remove_wish, name="remove_wish"),
    # /settings/calendar/
    path("settings/calendar/", feeds.feeds, name="feeds"),
    path("settings/calendar/make/", feeds.make, name="make_feed"),
    path("settings/calendar/<uuid:feed>/revoke/", feeds.revoke, name="revoke_feed"),
    path("calendar-feed/<str:secret>.ics", feeds.feed, name="feed"),
    # /mandates/: who may act for the user
    path("mandates/", mandates.mandates, name="mandates"),
    path("mandates/give/", mandates.give_mandate, name="give_mandate"),
    path(
        "mandates/invited/<uuid:invitation>/withdraw/",
        mandates.withdraw_mandate,
        name="withdraw_mandate",
    ),
    path("mandates/<uuid:mandate>/end/", mandates.end_mandate, name="end_mandate"),
    # /persons/: for whom the user acts
    path("persons/", mandates.persons, name="persons"),
    path("persons/choose/", mandates.choose_person, name="choose_person"),
    path("persons/<uuid:mandate>/leave/", mandates.leave_person, name="leave_person"),
    path("looks/", access_log.access_log, name="looks"),
    path("looks/changes/", access_log.changes, name="changes"),
    # /guardians/: for a coordinator
    path("guardians/", guardians.guardians, name="guardians"),
    path(
        "guardians/<uuid:invitation>/confirm/",
        guardians.confirm_as_coordinator,
        name="confirm_as_coordinator",
    ),
    # /departments/<department>/recipients/
    path("departments/<uuid:department>/recipients/", include("booking.views.staff.urls")),
    # /departments/<department>/grants/: for its case workers
    path("departments/<uuid:department>/grants/", grants.grants, name="grants"),
    path(
        "departments/<uuid:department>/grants/search/", grants.search_grants, name="search_grants"
    ),
    path(
        "departments/<uuid:department>/grants/<uuid:recipient>/",
        grants.grants_of,
        name="grants_of",
    ),
    path(
        "departments/<uuid:department>/grants/<uuid:recipient>/add/",
        grants.add_grant,
        name="add_grant",
    ),
    # public
    path("help/", about.help_page, name="help"),
    path("privacy/", about.privacy, name="privacy"),
    path("accessibility/", about.accessibility, name="accessibility"),
]
