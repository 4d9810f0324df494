from django.urls import include, path

from benchmarks import floor

urlpatterns = [
    path("floor/<uuid:department>/", floor.calendar),
    path("floor/<uuid:department>/insert/", floor.insert),
    path("", include("serviceshop.urls")),
]
