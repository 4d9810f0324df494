import polib
import pytest
from django.urls import reverse

CHOOSE = "/language/choose/"
LOGIN = "/accounts/login/"


def language_of(response):
    return response.headers["Content-Language"]


@pytest.mark.parametrize("accepted", ["en-GB,en;q=0.9", "nn", "de", "", "*"])
def test_pages_are_in_bokmaal_whatever_the_browser_accepts(client, db, accepted):
    response = client.get(LOGIN, headers={"accept-language": accepted})
    assert language_of(response) == "nb"
    assert '<html lang="nb"' in response.text
    assert "Cookie" in response.headers["Vary"]
    assert "Accept-Language" not in response.headers["Vary"]


def test_a_choice_before_log_in_is_stored_in_a_cookie(client, db, settings):
    response = client.post(CHOOSE, {"language": "nn", "next": LOGIN})
    assert response.url == LOGIN
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("nn", True, "Lax")
    assert language_of(client.get(LOGIN)) == "nn"


def test_a_choice_while_logged_in_follows_the_person_to_another_browser(client, person):
    client.force_login(person)
    client.post(CHOOSE, {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"
    elsewhere = type(client)()
    elsewhere.force_login(person)
    assert language_of(elsewhere.get("/me/")) == "en"


def test_the_persons_language_wins_over_the_browsers_cookie(client, person, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(person)
    assert language_of(client.get("/me/")) == "nb"


@pytest.mark.parametrize("language", ["", "de", "xx"])
def test_an_unknown_language_is_ignored(client, person, language, settings):
    client.force_login(person)
    response = client.post(CHOOSE, {"language": language})
    person.refresh_from_db()
    assert person.language == "nb"
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


def test_a_made_up_cookie_is_ignored(client, db, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "../../etc"
    assert language_of(client.get(LOGIN)) == "nb"


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example", ""])
def test_a_choice_never_redirects_to_another_site(client, db, next_url):
    assert client.post(CHOOSE, {"language": "nn", "next": next_url}).url == reverse("home")


def test_choosing_a_language_requires_post(client, db):
    assert client.get(CHOOSE).status_code == 405


@pytest.mark.parametrize("next_url", ["5", "home", "accounts:me", "//elsewhere.test/", "?x=1"])
def test_an_invalid_next_url_redirects_home(client, person, next_url):
    client.force_login(person)
    for path in (CHOOSE, "/view/choose/"):
        response = client.post(path, {"language": "en", "view": "simple", "next": next_url})
        assert (response.status_code, response.url) == (302, "/")


def test_a_language_that_the_municipality_has_added_is_used(client, person, settings, tmp_path):
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="My language", msgstr="Mój język"))
    (tmp_path / "pl" / "LC_MESSAGES").mkdir(parents=True)
    catalogue.save_as_mofile(str(tmp_path / "pl" / "LC_MESSAGES" / "django.mo"))
    settings.LANGUAGES = [*settings.LANGUAGES, ("pl", "Polski")]
    settings.LOCALE_PATHS = [tmp_path, settings.BASE_DIR / "locale"]
    client.force_login(person)

    assert client.post(CHOOSE, {"language": "pl"}).status_code == 302
    page = client.get("/me/")
    assert '<html lang="pl"' in page.text
    assert "Mój język" in page.text  # from the catalogue
    assert "Personvern" in page.text  # what it lacks, in the language of the installation
