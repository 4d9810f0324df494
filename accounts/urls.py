from django.urls import URLPattern, URLResolver, path

from accounts import views

app_name = "accounts"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", views.me, name="me"),
    path("settings/", views.my_settings, name="settings"),
    path("settings/messages/", views.my_messages, name="messages"),
    path("view/choose/", views.choose_view, name="choose_view"),
    path("settings/keys/", views.tokens, name="tokens"),
    path("settings/keys/create/", views.create_token, name="create_token"),
    path("settings/keys/<uuid:token>/revoke/", views.revoke_token, name="revoke_token"),
    path("language/choose/", views.choose_language, name="choose_language"),
]
