"""All URLs of the project."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from serviceshop import views
from serviceshop.api import api
from serviceshop.components import components
from serviceshop.demo import login as demo_login
from serviceshop.demo import mail as demo_mail
from serviceshop.health import healthz
from serviceshop.role_choice import choose_role

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("role/", choose_role, name="choose_role"),
    path("", include("booking.urls")),  # first, because most requests are for the calendar
    path("healthz", healthz, name="healthz"),
    path("components/", components, name="components"),
    path("components/<slug:page>/", components, name="components"),
    path("api/v1/", api.urls),
    path("accounts/", include("accounts.login_urls")),
    path("", include("accounts.urls")),
    path("", include("departments.urls")),
    path("", include("workflow.urls")),
]

handler400 = "serviceshop.http.errors.bad_request"
handler404 = "serviceshop.http.errors.not_found"
handler500 = "serviceshop.http.errors.server_error"

if settings.HAS_BOUNCE_WEBHOOK:
    urlpatterns += [path("anymail/", include("anymail.urls"))]

if settings.DEMO:
    urlpatterns += [
        path("demo/mail/", demo_mail.mails, name="demo_mails"),
        path("demo/log-in/", demo_login.log_in, name="demo_log_in"),
    ]
