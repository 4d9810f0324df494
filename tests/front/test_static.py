"""Files under static/ are as their commands generate them, and nothing is inline."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.templatetags.icons import icon_names
from serviceshop.front import time_grid, vendor

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


@pytest.fixture
def no_cached_templates():
    """Templates and their fixed blocks are loaded again, before and after the test."""
    loaders = engines["django"].engine.template_loaders
    for loader in loaders:
        loader.reset()
    yield
    for loader in loaders:
        loader.reset()


@pytest.mark.usefixtures("no_cached_templates")
def test_collected_files_refer_only_to_existing_files(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    unused = ["htm*-4*", "htmx-2.js", "ext"]
    call_command(
        "collectstatic", verbosity=0, interactive=False, ignore_patterns=unused
    )  # fails on a broken url()
    html = render_to_string("500.html", request=RequestFactory().get("/"))
    links = re.findall(r'"/static/([^"#]+)', html)
    assert len(links) > 8
    assert all((tmp_path / link).is_file() for link in links)
    assert all(re.search(r"\.[0-9a-f]{12}\.", link) for link in links)


def test_the_time_grid_is_as_its_command_writes_it():
    assert time_grid.TARGET.read_text() == time_grid.css()


def test_every_vendored_package_has_version_licence_integrity_and_files():
    for package in vendor.packages():
        assert package["version"]
        assert package["licence"] in {"Apache-2.0", "MIT", "MPL-2.0", "OFL-1.1"}
        assert package["integrity"].startswith("sha512-")
        targets = [*package.get("files", {}).values()] or [package["sprite"]]
        targets += [font["target"] for font in package.get("fonts", {}).get("files", [])]
        assert all((vendor.ROOT / target).is_file() for target in targets)
        folder = (vendor.ROOT / targets[0]).parent
        assert (folder / "LICENSE").is_file()


def test_the_sprite_has_every_listed_icon_in_the_colour_of_the_text():
    listed = tomllib.loads(vendor.PACKAGES.read_text())["package"]
    names = {name for package in listed for name in package.get("icons", {})}
    assert icon_names() == names
    sprite = (vendor.ROOT / "static/vendor/aksel/icons.svg").read_text()
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', sprite)) == {"currentColor", "none"}


def test_every_component_used_by_templates_is_vendored():
    css = (vendor.ROOT / "static/vendor/designsystemet/designsystemet.css").read_text()
    named = {name for path in TEMPLATES for name in re.findall(r"\bds-[a-z-]+", path.read_text())}
    assert {name for name in named if f".{name}" not in css} == set()


def test_unicode_ranges_match_the_letters_of_the_font_files():
    tokens = (vendor.ROOT / "static/css/tokens.css").read_text()
    ranges = [
        re.sub(r"\s+", " ", found) for found in re.findall(r"unicode-range: ([^;]+);", tokens)
    ]
    (inter,) = [package for package in vendor.packages() if "fonts" in package]
    assert ranges == [font["letters"] for font in inter["fonts"]["files"]]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline_and_use_only_existing_icons(template: Path):
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert set(re.findall(r'{% icon "([\w-]+)"', text)) <= icon_names()


def test_an_icon_is_hidden_from_screen_readers_and_an_unknown_one_is_a_calendar():
    template = Template('{% load icons %}{% icon "shower" %}{% icon symbol %}')
    html = template.render(Context({"symbol": "a-symbol-of-the-past"}))
    assert html.count('aria-hidden="true"') == 2
    assert "icons.svg#shower" in html
    assert "icons.svg#calendar" in html


@pytest.mark.parametrize(
    ("left", "granted", "full", "dashed"), [(2, 3, 2, 1), (0, 1, 0, 1), (5, 20, 0, 0)]
)
def test_a_balance_is_shown_as_discs_up_to_seven(left, granted, full, dashed):
    html = Template("{% load icons %}{% discs left granted %}").render(
        Context({"left": left, "granted": granted})
    )
    assert html.count('fill="currentColor"') == full
    assert html.count('class="used"') == dashed


@pytest.mark.django_db
def test_pages_are_compressed_to_random_lengths(client):
    """Random bytes hide the length, which could reveal the content (BREACH)."""
    whole = len(client.get("/accounts/login/").content)
    packed = [
        client.get("/accounts/login/", headers={"accept-encoding": "gzip"}) for _ in range(10)
    ]
    assert {response.headers["Content-Encoding"] for response in packed} == {"gzip"}
    lengths = {len(response.content) for response in packed}
    assert max(lengths) < whole / 2
    assert len(lengths) > 1
