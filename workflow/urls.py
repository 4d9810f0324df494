from django.urls import URLPattern, URLResolver, path

from departments import converters  # noqa: F401 (registers <date:…>)
from workflow.views import my_day, work_lists

app_name = "workflow"

urlpatterns: list[URLPattern | URLResolver] = [
    # /my-day/
    path("my-day/", my_day.my_day, name="my_day"),
    path("my-day/<date:date>/", my_day.my_day, name="my_day"),
    path("my-day/<date:date>/visits/<uuid:visit>/", my_day.visit, name="visit"),
    path("my-day/<date:date>/visits/<uuid:visit>/report/", my_day.report, name="report"),
    # /work-lists/
    path("work-lists/<uuid:work_list>/print/", work_lists.print_list, name="print_list"),
]
