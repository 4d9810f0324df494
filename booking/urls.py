from django.urls import URLPattern, URLResolver, include, path

app_name = "booking"

urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/<uuid:department>/recipients/", include("booking.recipient_urls")),
]
