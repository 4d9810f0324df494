"""The Python lines of docs/api.md, run one after the other from today on."""

import re
from functools import partial

import httpx
import pytest

from serviceshop.wsgi import application
from tests.test_docs import ROOT

LINES = "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.S))


@pytest.mark.usefixtures("one_connection")
def test_the_examples_book_move_and_cancel(program, recipient, monkeypatch):
    client = partial(httpx.Client, transport=httpx.WSGITransport(application))
    monkeypatch.setattr(httpx, "Client", client)
    names = {"KEY": program.secret, "API": "http://localhost/api/v1"}
    exec(compile(LINES, "docs/api.md", "exec"), names)

    booking = recipient.bookings.get()
    assert names["booking"]["id"] == str(booking.pk)
    assert names["booking"]["note"] == booking.note == "Ring twice."
    assert names["moved"].json()["start"] == names["free"][-1]["start"]
    assert [one["id"] for one in names["coming"]] == [str(booking.pk)]
    assert names["cancelled"].json()["status"] == booking.status == "cancelled"
