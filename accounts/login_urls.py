"""The URLs of django-allauth that we use, below /accounts/. Sign-up and others are left out.

The names are allauth's own: its views reverse them.
"""

from allauth.account import views
from django.urls import URLPattern, path, re_path

from accounts.views import log_out, login_codes, passwords

urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="account_login"),
    path("login/code/", login_codes.request_login_code, name="account_request_login_code"),
    path(
        "login/code/confirm/",
        login_codes.confirm_login_code,
        name="account_confirm_login_code",
    ),
    path("logout/", log_out.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", passwords.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(  # split at the first hyphen
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        passwords.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
