import pytest

from tests.booking.pages.conftest import text_of


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/help/", "You can always call"),
        ("/privacy/", "They never see who has it."),
        ("/accessibility/", "WCAG 2.2"),
    ],
)
def test_public_pages_need_no_log_in(client, db, path, words):
    client.cookies["django_language"] = "en"
    response = client.get(path)
    assert response.status_code == 200
    assert words in text_of(response)
    assert "Is life in danger? Call" in text_of(response)
    assert client.post(path).status_code == 405
