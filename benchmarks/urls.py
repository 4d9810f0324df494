from django.urls import include, path

from benchmarks import floor

urlpatterns = [
    path("floor/<uuid:department>/", floor.cells, name="floor"),
    path("floor/insert/", floor.insert, name="floor_insert"),
    path("", include("serviceshop.urls")),
]
