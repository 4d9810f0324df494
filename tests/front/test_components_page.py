"""The components page has every component that a page uses, and is there for developers only."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from departments.models import Employee
from serviceshop.components import PAGES
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
CLASSES = re.compile(r'class="([^"]*)"')
DJANGO = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
# Parts of one page or of the frame around each page, not components for others; by stylesheet.
OF_ONE_PAGE = {
    "login.css": "the log-in page",
    "letter.css": "letters on paper",
    "mails.css": "the demonstration's mails",
    "work-list-print.css": "the carer's list on paper",
    "header.css": "the header and its menu",
    "footer.css": "the footer",
    "find.css": "the header's search",
}
HIDES = {"only-agency", "only-own", "only-seldom"}  # fields that another field hides


@pytest.fixture
def components_page(client, settings, administrator, department, other_department):
    factories.EmployeeFactory(
        department=other_department, person=administrator, role=Employee.Role.ADMINISTRATOR
    )
    client.force_login(administrator)
    settings.SHOWS_COMPONENTS = True
    return lambda name: client.get(reverse("components", args=[name])).text


def classes_in(text):
    return {word for value in CLASSES.findall(text) for word in DJANGO.sub(" ", value).split()}


def styled(*names):
    """Classes that the stylesheets have rules for."""
    files = [ROOT / "static/css" / name for name in names]
    return {word for file in files for word in re.findall(r"\.([a-z][\w-]*)", file.read_text())}


def test_every_component_of_a_page_stands_on_the_components_page(db, components_page):
    used = {
        word
        for path in (ROOT / "templates").rglob("*.html")
        if not {"components", "email", "demo"} & set(path.parts)
        for word in classes_in(path.read_text())
    }
    all_files = [path.name for path in (ROOT / "static/css").glob("*.css")]
    components = styled(*(set(all_files) - OF_ONE_PAGE.keys()))
    components |= {word for word in used if word.startswith("ds-")}
    shown = set().union(*(classes_in(components_page(name)) for name in PAGES))
    missing = used & components - shown - HIDES
    assert not missing, f"show these in templates/components/: {sorted(missing)}"


def test_it_is_not_there_in_production(db, client):
    assert client.get("/components/").status_code == 404
    assert client.get("/components/forms/").status_code == 404


def test_an_unknown_page_is_not_there(db, client, settings):
    settings.SHOWS_COMPONENTS = True
    assert client.get("/components/nothing/").status_code == 404
