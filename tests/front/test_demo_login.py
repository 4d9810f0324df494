"""The log-in page of the demonstration."""

import pytest
from django.urls import include, path

from serviceshop.demo import login as demo_login
from serviceshop.demo import mail as demo_mail
from serviceshop.urls import urlpatterns as real
from tests.factories import UserFactory

urlpatterns = [
    path("", include(real)),
    path("demo/mail/", demo_mail.mails, name="demo_mails"),
    path("demo/log-in/", demo_login.log_in, name="demo_log_in"),
]

NAMES = ["aksel", "berit", "carl", "dina", "emil", "frida"]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def _demo(settings):
    settings.DEMO = True


@pytest.mark.usefixtures("_demo")
def test_the_log_in_page_has_one_button_for_each_person(client):
    page = client.get("/accounts/login/").text
    for name in NAMES:
        assert page.count(f'name="person" value="{name}"') == 1
    assert 'name="email"' in page  # and the ordinary way in below


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("_demo")
def test_one_press_logs_in(client, name):
    person = UserFactory(email=f"{name}@demo.example")
    response = client.post("/demo/log-in/", {"person": name})
    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize(
    ("next_url", "leads_to"),
    [("/bookings/?page=2", "/bookings/?page=2"), ("https://elsewhere.example/", "/"), ("", "/")],
)
@pytest.mark.usefixtures("_demo")
def test_the_log_in_leads_to_the_page_that_asked_for_it(client, next_url, leads_to):
    UserFactory(email="aksel@demo.example")
    page = client.get("/accounts/login/", {"next": next_url}).text
    assert ('name="next" value="/bookings/?page=2"' in page) == (leads_to != "/")
    response = client.post("/demo/log-in/", {"person": "aksel", "next": next_url})
    assert response.url == leads_to


@pytest.mark.parametrize("name", ["recipient01", "aksel@demo.example", "", None])
@pytest.mark.usefixtures("_demo")
def test_other_people_can_not_be_chosen(client, name):
    UserFactory(email="recipient01@demo.example")
    UserFactory(email="aksel@demo.example")
    data = {} if name is None else {"person": name}
    assert client.post("/demo/log-in/", data).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("_demo")
def test_it_requires_post(client):
    assert client.get("/demo/log-in/").status_code == 405


def test_it_is_refused_without_the_demo_setting_even_if_it_is_mounted(client):
    UserFactory(email="aksel@demo.example")
    assert client.post("/demo/log-in/", {"person": "aksel"}).status_code == 404
    assert "_auth_user_id" not in client.session
