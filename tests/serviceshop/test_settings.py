"""Environment variables are documented, and missing ones are reported."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings

from accounts import dates
from accounts.models import User
from serviceshop import checks, env

CHECKOUT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:\benv\.\w+\(\s*|VARIABLE = )["']([A-Z_]+)["']""")
IN_COMPOSE = re.compile(r"\$\{([A-Z_]+)")


def documented():
    table = (CHECKOUT / "docs" / "settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))


def read_by_the_code():
    files = [*CHECKOUT.glob("serviceshop/*.py"), *CHECKOUT.glob("serviceshop/local/*.py")]
    return {name for file in files for name in READ.findall(file.read_text())}


def test_every_variable_is_documented():
    compose = set(IN_COMPOSE.findall((CHECKOUT / "docker-compose.yml").read_text()))
    assert documented() == (read_by_the_code() | compose) - {"ANYMAIL_"}
    assert documented() <= env.names | checks.READ_ELSEWHERE


def test_variables_required_by_compose_are_in_the_example():
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    example = set(
        re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)
    )
    assert required <= example


@pytest.mark.parametrize("program", [["manage.py", "check"], ["-m", "serviceshop.wsgi"]])
def test_a_refusal_is_one_line_without_a_traceback(program):
    refused = subprocess.run(
        [sys.executable, "-W", "ignore", *program],
        cwd=CHECKOUT,
        env=os.environ | {"SECRET_KEY": ""},
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith("Set the environment variable SECRET_KEY.")
    assert refused.stderr.count("\n") == 1


def test_the_image_collects_its_files_with_what_the_dockerfile_sets(settings_with):
    given = dict(
        re.findall(r"\b([A-Z_]+_(?:KEY|URL))=(\S+)", (CHECKOUT / "Dockerfile").read_text())
    )
    assert set(given) == {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    read = settings_with(STATIC_HASHED=None, ALLOWED_HOSTS=None, MUNICIPALITY=None, **given)
    assert read["STATIC_HASHED"]


def test_the_example_is_right_once_it_is_filled_in(settings_with):
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    filled = {
        "SECRET_KEY": "a" * 64,
        "MUNICIPALITY": "Fjordvik kommune",
        "MUNICIPALITY_PHONE": "33 00 10 00",
        "EMAIL_HOST": "mail.example.no",
    }
    read = settings_with(SERVICESHOP_WEB_SERVER="1", **(example | filled))
    assert read["SITE_URL"] == "https://tjenesteshop.example.no"
    assert not read["SMS_GATEWAY"]


@pytest.fixture
def settings_with(monkeypatch):
    """The settings as a new process reads them, with these variables; None unsets one."""

    def read(**variables):
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(CHECKOUT / "serviceshop" / "settings.py")

    return read


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without_urls_and_secrets(settings_with, missing):
    with pytest.raises(env.SettingError, match=f"^Set the environment variable {missing}.$"):
        settings_with(**{missing: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIET_FROM", "24"),
        ("QUIET_FROM", "21:30"),
        ("QUIET_UNTIL", "-1"),
        ("EMAILS_A_DAY", "0"),
        ("TEXTS_A_DAY", "six"),
        ("EMAIL_PORT", "70000"),
        ("DATABASE_TIMEOUT", "0"),
        ("TRUSTED_PROXIES", "99"),
        ("API_REQUESTS_PER_MINUTE", "0"),
        ("HTTPS", "perhaps"),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", "https://tjenesteshop.example.no"),
        ("ALLOWED_HOSTS", "tjenesteshop.example.no:8000"),
        ("CSRF_TRUSTED_ORIGINS", "tjenesteshop.example.no"),
        ("CSRF_TRUSTED_ORIGINS", "https://tjenesteshop.example.no/login/"),
        ("SITE_URL", "tjenesteshop.example.no"),
        ("SITE_URL", "https://example.no/tjenesteshop"),
        ("DATABASE_URL", "mysql://localhost/none"),
        ("REDIS_URL", "localhost:6379"),
        ("DATABASE_URL", "postgresql://?sslmode=require"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("ACCESSIBILITY_STATEMENT", "uustatus.no"),
        ("MUNICIPALITY_PHONE", "call us"),
        ("DOCTOR_PHONE", "legevakt"),
        ("TIME_ZONE", "Europe/Larvik"),
        ("DEFAULT_LANGUAGE", "norsk"),
        ("MORE_LANGUAGES", "polish"),
        ("LOCALE_DIR", "/nowhere"),
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "smtp://mail.example.no"),
        ("DEFAULT_FROM_EMAIL", "Fjordvik kommune"),
        ("DEFAULT_FROM_EMAIL", "Fjordvik kommune <post@>"),
        ("DEFAULT_FROM_EMAIL", "post@example.no, other@example.no"),
        ("DEFAULT_FROM_EMAIL", "Fjordvik, kommune <post@example.no>"),
        ("SMS_GATEWAY_URL", "gateway.example.no/send"),
        ("SMS_SENDER", "Fjordvikkommunen"),  # 16 letters
        ("SMS_SENDER", "Ås kommune"),
        ("SMS_SENDER", "+4790112233445566"),
        ("ANYMAIL_WEBHOOK_SECRET", "one-word"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_name(settings_with, name, value):
    others = {"MORE_LANGUAGES": "pl=Polski"} if name == "LOCALE_DIR" else {}
    with pytest.raises(env.SettingError, match=name) as refused:
        settings_with(**{name: value}, **others)
    assert value not in str(refused.value).split()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("QUIET_FROM", "23", 23),
        ("QUIET_UNTIL", " 0 ", 0),
        ("QUIET_FROM", "", 21),  # a line of .env without a value
        ("SMS_GATEWAY_URL", "", ""),
        ("SMS_SENDER", "Fjordvik 24", "Fjordvik 24"),
        ("SMS_SENDER", "+4790112233", "+4790112233"),
        ("SMS_SENDER", "2097", "2097"),
        ("DEFAULT_FROM_EMAIL", "Fjordvik kommune <post@example.no>", None),
        ("ALLOWED_HOSTS", "a.example.no, [2001:db8::1]", ["a.example.no", "[2001:db8::1]"]),
        ("DEFAULT_LANGUAGE", "nn", None),
        ("REDIS_URL", "unix:///run/valkey.sock", None),
        ("SERVICESHOP_VERSION", "v1.4.2", None),
    ],
)
def test_a_right_value_is_used(settings_with, name, value, expected):
    read = settings_with(**{name: value})
    attribute = {"DEFAULT_LANGUAGE": "LANGUAGE_CODE", "SERVICESHOP_VERSION": "VERSION"}
    assert read[attribute.get(name, name)] == (value if expected is None else expected)


def test_the_key_of_a_gateway_is_required_with_its_url(settings_with):
    with pytest.raises(env.SettingError, match="SMS_GATEWAY_KEY"):
        settings_with(SMS_GATEWAY_URL="https://gateway.example.no/send")


@pytest.mark.parametrize("pattern", ["*", ".example.no"])
def test_links_in_messages_need_a_host_name(settings_with, pattern):
    with pytest.raises(env.SettingError, match="SITE_URL"):
        settings_with(ALLOWED_HOSTS=pattern)
    shop = "https://tjenesteshop.example.no"
    assert settings_with(ALLOWED_HOSTS=pattern, SITE_URL=f"{shop}/")["SITE_URL"] == shop


@pytest.mark.parametrize("opened", ["SERVICESHOP_DEMO", "DEBUG"])
@pytest.mark.parametrize("hosts", ["tjenesteshop.example.no", "localhost,10.0.0.7", "*"])
def test_neither_demonstration_nor_debugging_starts_under_a_public_name(
    settings_with, opened, hosts
):
    with pytest.raises(env.SettingError, match=opened):
        settings_with(**{opened: "1", "ALLOWED_HOSTS": hosts})
    assert settings_with(ALLOWED_HOSTS="localhost,127.0.0.1,[::1]")[opened.split("_")[-1]]


@pytest.mark.parametrize(
    "missing",
    ["MUNICIPALITY", "MUNICIPALITY_PHONE", "ALLOWED_HOSTS", "EMAIL_HOST", "DEFAULT_FROM_EMAIL"],
)
def test_a_public_web_server_needs_what_people_read(settings_with, missing):
    with pytest.raises(env.SettingError, match=missing):
        settings_with(SERVICESHOP_WEB_SERVER="1", **{missing: None})


@pytest.mark.parametrize("version", ["latest", "main", ""])
def test_people_are_not_shown_the_tag_of_an_image(settings_with, version):
    assert settings_with(SERVICESHOP_VERSION=version)["VERSION"] == "0.1.0"


def test_the_release_is_that_of_the_package(settings_with):
    package = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    assert settings_with()["RELEASE"] == package["project"]["version"]


def test_the_domain_is_offered_for_preloading_only_on_request(settings_with):
    assert not settings_with(HTTPS="1")["SECURE_HSTS_PRELOAD"]
    assert settings_with(HSTS_PRELOAD="1")["SECURE_HSTS_PRELOAD"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("QUITE_FROM", "QUIET_FROM"),
        ("SMS_GATWAY_URL", "SMS_GATEWAY_URL"),
        ("DEFAULT_FORM_EMAIL", "DEFAULT_FROM_EMAIL"),
        ("EMAIL_USE_SSL", ""),
        ("MUNICIPALITY_NAME", ""),
    ],
)
def test_a_variable_that_looks_like_ours_is_reported(monkeypatch, name, meant):
    assert checks.found() == []
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.no")
    (message,) = checks.found()
    assert message.startswith(f"{name} is not a setting")
    assert meant in message


def test_a_mail_service_that_is_not_installed_is_reported(settings):
    settings.EMAIL_BACKEND = "anymail.backends.nobody.EmailBackend"
    assert "EMAIL_BACKEND" in checks.found()[0]


# -- What beat starts -------------------------------------------------------------


def test_a_run_that_beat_has_missed_is_made_up_for_within_an_hour():
    """Beat's file is lost with its container, and with it what was due meanwhile."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        schedule = entry["schedule"]
        if isinstance(schedule, crontab):
            assert len(schedule.hour) == 24, name
            assert len(schedule.day_of_month) == 31, name
            assert len(schedule.day_of_week) == 7, name
        else:
            assert schedule <= 3600, name
        assert entry.get("options", {}).get("expires", 0) <= 3600, name


# -- Languages --------------------------------------------------------------------


def test_a_language_is_added_with_its_catalogue(settings_with, tmp_path):
    catalogue = tmp_path / "pl" / "LC_MESSAGES" / "django.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    read = settings_with(
        MORE_LANGUAGES="pl=Polski", LOCALE_DIR=str(tmp_path), DEFAULT_LANGUAGE="pl"
    )
    assert [code for code, _name in read["LANGUAGES"]] == ["nb", "nn", "en", "pl"]
    assert read["LOCALE_PATHS"][0] == tmp_path
    assert read["LANGUAGE_CODE"] == "pl"


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_language_of_the_installation_is_that_of_new_users_and_pages(
    settings, client, language
):
    settings.LANGUAGE_CODE = language
    assert User().language == language
    assert client.get("/accounts/login/").headers["Content-Language"] == language
    assert dates.words("pl") == dates.words(language)


# -- How values are parsed --------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (env.flag, "yes", True),
        (env.flag, "0", False),
        (env.number, "17", 17),
        (env.words, "a, b,,c", ["a", "b", "c"]),
        (env.text, "as it is", "as it is"),
    ],
)
def test_a_value_is_parsed_by_type(monkeypatch, read, value, expected):
    monkeypatch.setenv("TRIED", value)
    assert (read("TRIED", 0) if read is env.number else read("TRIED")) == expected


@pytest.mark.parametrize(("read", "value"), [(env.flag, "perhaps"), (env.number, "seven")])
def test_a_malformed_value_is_refused_without_repeating_it(monkeypatch, read, value):
    monkeypatch.setenv("TRIED", value)
    with pytest.raises(env.SettingError, match="TRIED") as refused:
        read("TRIED", 0)
    assert value not in str(refused.value)
