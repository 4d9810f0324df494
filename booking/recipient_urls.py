"""/departments/<department>/recipients/: for the department's administrator."""

from django.urls import URLPattern, path

from booking.views import recipients

urlpatterns: list[URLPattern] = [
    path("", recipients.recipients, name="recipients"),
    path("search/", recipients.search_recipients, name="search_recipients"),
    path("new/", recipients.new_recipient, name="new_recipient"),
    path("add/", recipients.add_recipient, name="add_recipient"),
    path("<uuid:recipient>/", recipients.recipient, name="recipient"),
    path("<uuid:recipient>/change/", recipients.change_recipient, name="change_recipient"),
    path("<uuid:recipient>/grants/add/", recipients.add_grant, name="add_grant"),
    path("grants/<uuid:grant>/", recipients.grant, name="grant"),
    path("grants/<uuid:grant>/change/", recipients.change_grant, name="change_grant"),
]
