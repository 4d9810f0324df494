"""``accounts.refill`` writes what was sent into the form of a page."""

import pytest

from accounts.refill import refill

PAGE = """<p>&eacute; "x"</p>
<form method="post"><input name="a" value="other"></form>
<form action="/x/?part=2" method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="new">
  {}
  <button name="a" value="y">Go</button>
</form>
<input name="a" value="outside">"""


def in_form(control, *sent):
    filled = refill(PAGE.format(control), "/x/", "/page/", sent)
    before, after = PAGE.format("|").split("|")
    assert filled.startswith(before)
    assert filled.endswith(after)
    return filled.removeprefix(before).removesuffix(after)


@pytest.mark.parametrize(
    ("control", "sent", "filled"),
    [
        ('<input name="a">', [("a", '"<&')], '<input name="a" value="&quot;&lt;&amp;">'),
        (
            '<input name="a" value="1" required>',
            [("a", "")],
            '<input name="a" required value="">',
        ),
        ('<input name="a" value="1">', [("b", "2")], '<input name="a" value="1">'),
        (
            '<input name="a"><input name="a">',
            [("a", "1"), ("a", "2")],
            '<input name="a" value="1"><input name="a" value="2">',
        ),
        (
            '<input type="checkbox" name="a" value="1" checked>\n'
            '<input type="checkbox" name="a" value="2">',
            [("a", "2")],
            '<input type="checkbox" name="a" value="1">\n'
            '<input type="checkbox" name="a" value="2" checked>',
        ),
        (
            '<select name="a"><option value="1" selected>One</option><option value="2">Two'
            "</option></select>",
            [("a", "2")],
            '<select name="a"><option value="1">One</option><option value="2" selected>Two'
            "</option></select>",
        ),
        ('<textarea name="a">old &amp;</textarea>', [("a", "<b>")], '<textarea name="a">\n&lt;b&gt;</textarea>'),  # noqa: E501
    ],
)  # fmt: skip
def test_controls_get_what_was_sent(control, sent, filled):
    assert in_form(control, *sent) == filled


def test_a_page_without_the_form_gives_nothing():
    assert refill(PAGE, "/y/", "/page/", [("a", "1")]) is None


def test_a_form_without_an_action_posts_to_its_own_page():
    filled = refill('<form method="post"><input name="a"></form>', "/p/", "/p/", [("a", "1")])
    assert 'value="1"' in filled


def test_the_details_around_the_form_are_opened():
    """What was typed would be hidden."""
    form = '<form method="post"><input name="a"></form>'
    page = f'<details class="more">{form}</details><details></details>'
    filled = refill(page, "/p/", "/p/", [("a", "1")])
    assert filled.startswith('<details open class="more">')
    assert filled.endswith("<details></details>")
