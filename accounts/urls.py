"""URLs of one's own profile, settings and unsent forms."""

from django.urls import URLPattern, URLResolver, path

from accounts.models import Message
from accounts.views import addresses, invitations, log_in_again, me, tokens, unsent

app_name = "accounts"

EMAIL = {"channel": Message.Channel.EMAIL}
CONTACT = {**EMAIL, "is_contact": True}
PHONE = {"channel": Message.Channel.SMS}

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", me.me, name="me"),
    path("language/choose/", me.choose_language, name="choose_language"),
    path("view/choose/", me.choose_view, name="choose_view"),
    # /settings/
    path("settings/", me.my_settings, name="settings"),
    path("settings/messages/", me.my_messages, name="messages"),
    path("settings/email/", addresses.address, EMAIL, name="email"),
    path("settings/email/code/", addresses.code, EMAIL, name="email_code"),
    path("settings/contact-email/", addresses.address, CONTACT, name="contact_email"),
    path("settings/contact-email/code/", addresses.code, CONTACT, name="contact_email_code"),
    path("settings/phone/", addresses.address, PHONE, name="phone"),
    path("settings/phone/code/", addresses.code, PHONE, name="phone_code"),
    path("settings/log-in-again/", log_in_again.log_in_again, name="log_in_again"),
    path("settings/keys/", tokens.tokens, name="tokens"),
    path("settings/keys/create/", tokens.create_token, name="create_token"),
    path("settings/keys/<uuid:token>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("settings/invitations/", invitations.my_invitations, name="invitations"),
    path(
        "settings/invitations/<uuid:invitation>/answer/",
        invitations.answer_invitation,
        name="answer_invitation",
    ),
    path("letter/", invitations.invitation_letter, name="invitation_letter"),
    path("letter/sent/", invitations.invitation_letter_sent, name="invitation_letter_sent"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    # /unsent/
    path("unsent/", unsent.unsent, name="unsent"),
    path("unsent/forget/", unsent.forget_unsent, name="forget_unsent"),
]
