from django.urls import URLPattern, URLResolver, include, path

from departments import converters  # noqa: F401
from departments.views import (
    absence,
    changes,
    hours,
    leaders,
    overview,
    phones,
    services,
    settings,
    special_days,
    staff,
)

app_name = "departments"

hours_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/hours/
    path("", hours.hours, name="hours"),
    path("new/", hours.new_period, name="new_period"),
    path("add/", hours.add_period, name="add_period"),
    path("<uuid:row>/", hours.period, name="period"),
    path("<uuid:row>/change/", hours.change_period, name="change_period"),
    path("<uuid:row>/split/", hours.split_period, name="split_period"),
    path("<uuid:row>/remove/", hours.remove_period, name="remove_period"),
]

special_days_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/special-days/
    path("", special_days.special_days, name="special_days"),
    path("set/", special_days.set_special_day, name="set_special_day"),
    path("<date:date>/", special_days.special_day, name="special_day"),
    path("<date:date>/remove/", special_days.remove_special_day, name="remove_special_day"),
]

services_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/services/
    path("", services.services, name="services"),
    path("new/", services.new_service, name="new_service"),
    path("add/", services.add_service, name="add_service"),
    path("qualifications/add/", services.add_qualification, name="add_qualification"),
    path("<uuid:service>/", services.service, name="service"),
    path("<uuid:service>/change/", services.change_service, name="change_service"),
    path("<uuid:service>/choice-deadline/", services.choice_deadline, name="choice_deadline"),
    path("<uuid:service>/no-contact/", services.no_contact_steps, name="no_contact_steps"),
]

staff_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/staff/
    path("", staff.staff, name="staff"),
    path("new/", staff.new_employee, name="new_employee"),
    path("add/", staff.add_employee, name="add_employee"),
    path("<uuid:employee>/", staff.employee, name="employee"),
    path("<uuid:employee>/invite/", staff.invite_again, name="invite_again"),
    path(
        "<uuid:employee>/contact-email/change/",
        staff.change_contact_email,
        name="change_contact_email",
    ),
    path("<uuid:employee>/rename/", staff.rename_employee, name="rename_employee"),
    path("<uuid:employee>/change/", staff.change_employment, name="change_employment"),
    path("<uuid:employee>/leader/", leaders.mark_leader, name="mark_leader"),
    path(
        "<uuid:employee>/qualifications/give/",
        staff.give_qualification,
        name="give_qualification",
    ),
    path(
        "<uuid:employee>/qualifications/<int:held>/take/",
        staff.take_qualification,
        name="take_qualification",
    ),
]

absence_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/absence/
    path("", absence.absences, name="absences"),
    path("new/", absence.new_absence, name="new_absence"),
    path("report/", absence.report_absence, name="report_absence"),
    path("<uuid:absence>/", absence.absence, name="absence"),
    path("<uuid:absence>/end/", absence.end_absence, name="end_absence"),
    path("<uuid:absence>/correct/", absence.correct_absence, name="correct_absence"),
]

department_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/
    path("", overview.department, name="department"),
    path("hours/", include(hours_urls)),
    path("special-days/", include(special_days_urls)),
    path("services/", include(services_urls)),
    path("staff/", include(staff_urls)),
    path("absence/", include(absence_urls)),
    path("settings/", settings.settings, name="settings"),
    path("settings/change/", settings.change_settings, name="change_settings"),
    path("phones/", phones.phones, name="phones"),
    path("phones/change/", phones.change_phones, name="change_phones"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:change>/undo/", changes.undo_change, name="undo_change"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/", overview.overview, name="overview"),
    path("departments/<uuid:department>/", include(department_urls)),
]
