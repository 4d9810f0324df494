import re

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from accounts.adapter import AccountAdapter
from accounts.models import User
from tests.reauthentication import logged_in_again

LOGIN = "/accounts/login/"
WRONG = AccountAdapter.error_messages["email_password_mismatch"]


def is_logged_in(client):
    return "_auth_user_id" in client.session


def code_in(mail):
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE)[0]


def test_log_in_redirects_back_to_the_page_that_required_it(client, person):
    response = client.get("/me/")
    assert response.url == f"{LOGIN}?next=/me/"
    response = client.post(
        f"{LOGIN}?way=password",
        {"login": person.email, "password": "old and long", "next": "/me/"},
    )
    assert response.url == "/me/"
    assert is_logged_in(client)


def test_the_e_mail_may_be_written_in_capitals(client, person):
    client.post(LOGIN, {"login": "KARI@Example.test", "password": "old and long"})
    assert is_logged_in(client)


def test_a_wrong_password_is_reported_and_the_email_is_kept(client, person):
    response = client.post(LOGIN, {"login": person.email, "password": "wrong"})
    assert response.status_code == 200
    assert str(WRONG) in response.text
    assert f'value="{person.email}"' in response.text
    assert "wrong" not in response.context["form"]["password"].as_widget()
    assert not is_logged_in(client)


def test_an_unknown_user_gets_the_same_answer(client, db):
    response = client.post(LOGIN, {"login": "nobody@example.test", "password": "old and long"})
    assert str(WRONG) in response.text


def test_after_many_wrong_passwords_the_right_one_is_refused_too(client, person):
    for _ in range(5):
        client.post(LOGIN, {"login": person.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": person.email, "password": "old and long"})
    assert str(AccountAdapter.error_messages["too_many_login_attempts"]) in response.text
    assert not is_logged_in(client)


def test_too_many_attempts_from_one_ip_address_get_the_429_page(client, person):
    statuses = {client.post(LOGIN, {"login": "", "password": ""}).status_code for _ in range(31)}
    assert statuses == {200, 429}
    response = client.post(LOGIN, {"login": "", "password": ""})
    assert "429.html" in [template.name for template in response.templates]


def test_a_code_by_e_mail_logs_in(client, person, mailoutbox):
    response = client.post(reverse("account_request_login_code"), {"email": person.email})
    assert response.url == reverse("account_confirm_login_code")
    [mail] = mailoutbox
    assert mail.to == [person.email]
    page = client.get(response.url)
    assert person.email in page.text
    response = client.post(response.url, {"code": code_in(mail)})
    assert response.url == "/"
    assert is_logged_in(client)


def test_a_code_works_once_and_only_in_the_browser_that_requested_it(client, person, mailoutbox):
    confirm = reverse("account_confirm_login_code")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = code_in(mailoutbox[0])
    stranger = type(client)()
    assert stranger.post(confirm, {"code": code}).url.startswith("/accounts/login/")
    assert not is_logged_in(stranger)
    client.post(confirm, {"code": code})
    client.post(reverse("account_logout"))
    client.post(confirm, {"code": code})
    assert not is_logged_in(client)


def test_the_number_of_wrong_codes_is_limited(client, person, mailoutbox):
    confirm = reverse("account_confirm_login_code")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    right = code_in(mailoutbox[0])
    wrong = "000000" if right != "000000" else "111111"
    response = client.post(confirm, {"code": wrong})
    assert str(AccountAdapter.error_messages["incorrect_code"]) in response.text
    for _ in range(2):
        client.post(confirm, {"code": wrong})
    client.post(confirm, {"code": right})
    assert not is_logged_in(client)


def test_a_new_code_can_be_requested(client, person, mailoutbox):
    confirm = reverse("account_confirm_login_code")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    client.post(confirm, {"action": "resend"})
    client.post(confirm, {"code": code_in(mailoutbox[-1])})
    assert len(mailoutbox) == 2
    assert is_logged_in(client)


def test_an_unknown_email_gets_the_same_page_and_no_mail(client, db, mailoutbox):
    response = client.post(
        reverse("account_request_login_code"), {"email": "nobody@example.test"}, follow=True
    )
    assert response.redirect_chain == [(reverse("account_confirm_login_code"), 302)]
    assert "nobody@example.test" in response.text
    assert mailoutbox == []


def test_the_code_is_sent_in_the_users_language(client, person, mailoutbox):
    User.objects.filter(pk=person.pk).update(language="en")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    with translation.override("en"):
        assert mailoutbox[0].subject == "Your code for logging in"
    assert "Write this code" in mailoutbox[0].body
    assert "Fjordvik kommune" in mailoutbox[0].body


def test_an_inactive_user_gets_neither_code_nor_session(client, person, mailoutbox):
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post(reverse("account_request_login_code"), {"email": person.email})
    client.post(LOGIN, {"login": person.email, "password": "old and long"})
    assert mailoutbox == []
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_reauthenticate",
        "account_email_verification_sent",
    ],
)
def test_sign_up_and_other_unused_urls_do_not_exist(client, db, name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert not AccountAdapter().is_open_for_signup(None)


def test_sign_up_is_a_404(client, db):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"email": "new@example.test"}).status_code == 404
    assert not User.objects.exists()


def test_logging_out_requires_post(client, person):
    client.force_login(person)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_logged_in(client)
    response = client.post(reverse("account_logout"), follow=True)
    assert response.redirect_chain == [(LOGIN, 302)]
    assert not is_logged_in(client)


def test_a_forgotten_password_is_replaced_with_a_link(client, person, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": person.email})
    [mail] = mailoutbox
    link = re.search(r"http://testserver(/\S+)", mail.body)[1]
    page = client.get(link, follow=True)
    form_at = page.redirect_chain[-1][0]
    new = {"password1": "three blue boats", "password2": "three blue boats"}
    assert client.post(form_at, new).status_code == 302
    assert "password" not in mailoutbox[-1].body.split("\n")[0] or len(mailoutbox) == 2
    client.post(LOGIN, {"login": person.email, "password": "three blue boats"})
    assert is_logged_in(client)
    again = type(client)().get(link, follow=True)
    assert again.context["token_fail"]


def test_a_reset_for_an_unknown_email_looks_the_same_and_sends_nothing(client, db, mailoutbox):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.test"})
    assert response.url == reverse("account_reset_password_done")
    assert mailoutbox == []


def test_a_password_change_requires_the_old_one_and_is_notified(client, person, mailoutbox):
    client.force_login(person)
    change = reverse("account_change_password")
    new = {"password1": "three blue boats", "password2": "three blue boats"}
    response = client.post(change, {"oldpassword": "wrong", **new})
    assert str(AccountAdapter.error_messages["enter_current_password"]) in response.text
    client.post(change, {"oldpassword": "old and long", **new})
    person.refresh_from_db()
    assert person.check_password("three blue boats")
    assert len(mailoutbox) == 1


def test_a_user_without_a_password_can_choose_one(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    logged_in_again(client)
    assert reverse("account_set_password") in client.get("/me/").text
    new = {"password1": "three blue boats", "password2": "three blue boats"}
    client.post(reverse("account_set_password"), new)
    person.refresh_from_db()
    assert person.check_password("three blue boats")


def test_a_short_password_is_refused(client, person):
    client.force_login(person)
    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": "old and long", "password1": "short", "password2": "short"},
    )
    assert response.status_code == 200
    assert response.context["form"].errors["password1"]


def test_log_in_never_redirects_to_another_site(client, person):
    response = client.post(
        LOGIN,
        {"login": person.email, "password": "old and long", "next": "https://evil.example/"},
    )
    assert response.url == "/"


def test_log_in_works_without_the_cache(client, person, settings, mailoutbox):
    settings.CACHES = {
        "default": {
            **settings.CACHES["default"],
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    client.post(LOGIN, {"login": person.email, "password": "old and long"})
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    client.post(reverse("account_request_login_code"), {"email": person.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[-1])})
    assert is_logged_in(client)
