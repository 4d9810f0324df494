from django.urls import include, path

from benchmarks import empty, floor

urlpatterns = [
    path(empty.URL.lstrip("/"), empty.page),
    path("floor/<uuid:department>/", floor.calendar),
    path("floor/<uuid:department>/insert/", floor.insert),
    path("", include("serviceshop.urls")),
]
