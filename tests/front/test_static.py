"""What stands under static/ is what its commands make, and nothing is inline."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.templatetags.icons import icon_names
from serviceshop.front import time_grid, vendor

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def test_what_is_collected_for_production_refers_only_to_what_is_there(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", verbosity=0, interactive=False)  # fails on a broken url()
    html = render_to_string("500.html", request=RequestFactory().get("/"))
    links = re.findall(r'"/static/([^"#]+)', html)
    assert len(links) > 8
    assert all((tmp_path / link).is_file() for link in links)
    assert all(re.search(r"\.[0-9a-f]{12}\.", link) for link in links)


def test_the_time_grid_is_what_its_command_writes():
    assert time_grid.TARGET.read_text() == time_grid.css()


def test_every_vendored_package_names_version_licence_and_integrity_and_is_there():
    for package in vendor.packages():
        assert package["version"]
        assert package["licence"] in {"Apache-2.0", "MIT", "MPL-2.0", "OFL-1.1"}
        assert package["integrity"].startswith("sha512-")
        targets = list(package.get("files", {}).values()) or [package["sprite"]]
        assert all((vendor.ROOT / target).is_file() for target in targets)
        folder = (vendor.ROOT / targets[0]).parent
        assert (folder / "LICENSE").is_file()


def test_the_sprite_holds_every_icon_listed_and_takes_the_colour_of_the_text():
    listed = tomllib.loads(vendor.PACKAGES.read_text())["package"]
    names = {name for package in listed for name in package.get("icons", {})}
    assert icon_names() == names
    sprite = (vendor.ROOT / "static/vendor/aksel/icons.svg").read_text()
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', sprite)) == {"currentColor", "none"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline_and_name_only_icons_that_exist(template: Path):
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert set(re.findall(r'{% icon "([\w-]+)"', text)) <= icon_names()


def test_an_icon_is_for_the_eyes_only_and_an_unknown_symbol_is_a_calendar():
    template = Template('{% load icons %}{% icon "shower" %}{% icon symbol %}')
    html = template.render(Context({"symbol": "a-symbol-of-the-past"}))
    assert html.count('aria-hidden="true"') == 2
    assert "icons.svg#shower" in html
    assert "icons.svg#calendar" in html


@pytest.mark.parametrize(
    ("left", "granted", "full", "dashed"), [(2, 3, 2, 1), (0, 1, 0, 1), (5, 20, 0, 0)]
)
def test_a_balance_is_drawn_as_discs_while_they_can_be_counted(left, granted, full, dashed):
    html = Template("{% load icons %}{% discs left granted %}").render(
        Context({"left": left, "granted": granted})
    )
    assert html.count('fill="currentColor"') == full
    assert html.count('class="used"') == dashed
