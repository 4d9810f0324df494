from django.urls import URLPattern, URLResolver, path

from accounts import views

app_name = "accounts"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", views.me, name="me"),
    path("settings/", views.my_settings, name="settings"),
    path("settings/messages/", views.my_messages, name="messages"),
    path("view/choose/", views.choose_view, name="choose_view"),
    path("language/choose/", views.choose_language, name="choose_language"),
]
