from django.urls import URLPattern, URLResolver, include, path

from departments import converters  # noqa: F401
from departments.views import changes, hours, special_days

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

department_urls: list[URLPattern | URLResolver] = [
    # /departments/<department>/
    path("hours/", include(hours_urls)),
    path("special-days/", include(special_days_urls)),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:change>/undo/", changes.undo_change, name="undo_change"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/<uuid:department>/", include(department_urls)),
]
