from django.urls import URLPattern, URLResolver, include, path

from departments import converters  # noqa: F401 (registers <date:…>)
from workflow.views import (
    board,
    closing,
    duty,
    my_day,
    no_contacts,
    sickness,
    today,
    work_lists,
)

app_name = "workflow"

# /departments/<department>/days/<date>/
day_urls = [
    path("", board.board, name="board"),
    path("lay-out/", board.lay_out, name="lay_out"),
    path("visits/<uuid:visit>/", board.visit, name="board_visit"),
    path("close/", closing.close_day, name="close_day"),
    path("visits/<uuid:visit>/report/", closing.report_visit, name="report_visit"),
    path("visits/<uuid:visit>/give/", board.give, name="give"),
    path("visits/<uuid:visit>/take-off/", board.take_off, name="take_off"),
    path("shifts/add/", board.add_shift, name="add_shift"),
    path("shifts/<uuid:shift>/", board.shift, name="board_shift"),
    path("cover/", duty.cover, name="cover"),
    path("requests/<uuid:asked>/keep/", duty.keep_visit, name="keep_visit"),
    path("cover/<uuid:act>/undo/", duty.undo_cover, name="undo_cover"),
    path("shifts/<uuid:shift>/sick-today/", duty.sick_today, name="sick_today"),
    path("sick/<uuid:absence>/undo/", duty.undo_sick, name="undo_sick"),
    path("shifts/<uuid:shift>/duty/", duty.mark_duty, name="mark_duty"),
    path("shifts/<uuid:shift>/sick/", sickness.report_sick, name="report_sick"),
    path("shifts/<uuid:shift>/name/", board.name_shift, name="name_shift"),
    path("shifts/<uuid:shift>/unname/", board.unname_shift, name="unname_shift"),
    path("shifts/<uuid:shift>/remove/", board.remove_shift, name="remove_shift"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # /departments/<department>/
    path("departments/<uuid:department>/today/", today.today, name="today"),
    path("departments/<uuid:department>/unbooked/", today.unbooked, name="unbooked"),
    path("departments/<uuid:department>/days/", board.today, name="board"),
    path("departments/<uuid:department>/days/<date:date>/", include(day_urls)),
    path(
        "departments/<uuid:department>/no-contacts/<uuid:no_contact>/",
        no_contacts.no_contact,
        name="staff_no_contact",
    ),
    path(
        "departments/<uuid:department>/no-contacts/<uuid:no_contact>/close/",
        no_contacts.close,
        name="close_no_contact",
    ),
    path("duty/", duty.duty, name="duty"),
    # /my-day/
    path("my-day/", my_day.my_day, name="my_day"),
    path("my-day/<date:date>/", my_day.my_day, name="my_day"),
    path("my-day/<date:date>/visits/<uuid:visit>/", my_day.visit, name="visit"),
    path("my-day/<date:date>/visits/<uuid:visit>/report/", my_day.report, name="report"),
    path("my-day/<date:date>/visits/<uuid:visit>/undo/", my_day.undo_report, name="undo_report"),
    path(
        "my-day/<date:date>/visits/<uuid:visit>/no-contact/",
        my_day.no_contact,
        name="no_contact",
    ),
    # /work-lists/
    path("work-lists/<uuid:work_list>/print/", work_lists.print_list, name="print_list"),
]
