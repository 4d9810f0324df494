from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
    path("", include("booking.urls")),
    path("", include("departments.urls")),
    path("", include("workflow.urls")),
]
