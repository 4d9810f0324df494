"""``{% fixed %}`` caches rendered text by language and named values, and nothing else."""

import pytest
from django.template import Context, Template
from django.utils import translation

from accounts.templatetags import fixed
from accounts.templatetags.fixed import FixedBlockDiffers, FixedNode

TEMPLATE = (
    "{% load fixed i18n %}{% fixed town %}{% translate 'Help' %}, {{ town }}{{ n }}{% endfixed %}"
)


@pytest.fixture
def unchecked(monkeypatch):
    """As in production: cached text is not compared."""
    monkeypatch.setattr(FixedNode, "is_checked", False)


@pytest.fixture
def checked(monkeypatch):
    monkeypatch.setattr(FixedNode, "is_checked", True)


@pytest.mark.usefixtures("unchecked")
def test_it_is_rendered_once_for_each_language_and_named_value():
    template = Template(TEMPLATE)

    def rendered(town, n):
        return template.render(Context({"town": town, "n": n}))

    with translation.override("en"):
        assert [rendered("Fjord", 1), rendered("Fjord", 2), rendered("Vik", 3)] == [
            "Help, Fjord1", "Help, Fjord1", "Help, Vik3",
        ]  # fmt: skip
    with translation.override("nb"):
        assert rendered("Fjord", 4).endswith("Fjord4")


@pytest.mark.usefixtures("checked")
def test_tests_fail_on_a_block_that_leaves_out_a_value():
    template = Template(TEMPLATE)
    template.render(Context({"town": "Fjord", "n": 1}))
    template.render(Context({"town": "Fjord", "n": 1}))
    with pytest.raises(FixedBlockDiffers):
        template.render(Context({"town": "Fjord", "n": 2}))


@pytest.mark.usefixtures("checked")
def test_tests_fail_on_a_condition_that_leaves_out_a_value():
    template = Template(
        "{% load fixed %}{% fixed %}{% if n %}{% each_time %}a{% endeach_time %}{% else %}"
        "{% each_time %}b{% endeach_time %}{% endif %}{% endfixed %}"
    )
    template.render(Context({"n": 1}))
    with pytest.raises(FixedBlockDiffers):
        template.render(Context({"n": 0}))


def test_the_number_of_cached_texts_is_limited(monkeypatch):
    monkeypatch.setattr(fixed, "MOST_ENTRIES", 2)
    template = Template(TEMPLATE)
    for town in "abcde":
        template.render(Context({"town": town}))
        assert len(template.nodelist[-1].fragments) <= 2


@pytest.mark.usefixtures("unchecked")
def test_each_time_parts_are_rendered_each_time_in_their_place():
    template = Template(
        "{% load fixed %}{% fixed town %}[{% each_time %}{{ n }}{% endeach_time %}]{{ town }}"
        "<{% each_time %}{{ n }}{{ town }}{% endeach_time %}>{{ n }}{% endfixed %}"
    )
    rendered = [template.render(Context({"town": "Vik", "n": n})) for n in "1<"]
    assert rendered == ["[1]Vik<1Vik>1", "[&lt;]Vik<&lt;Vik>1"]


def test_each_time_parts_of_an_included_template_are_rendered_each_time():
    inner = Template("{% load fixed %}({% each_time %}{{ n }}{% endeach_time %})")
    template = Template("{% load fixed %}{% fixed %}a{% include inner %}b{% endfixed %}")
    rendered = [template.render(Context({"inner": inner, "n": n})) for n in "12"]
    assert rendered == ["a(1)b", "a(2)b"]
    assert inner.render(Context({"n": 3})) == "(3)"


def test_a_form_in_a_fixed_block_has_the_csrf_token_of_each_request():
    template = Template(
        "{% load fixed %}{% fixed %}<form>{% each_time %}{% csrf_token %}{% endeach_time %}</form>"
        "{% endfixed %}"
    )
    for token in ("first", "second"):
        assert f'value="{token}"' in template.render(Context({"csrf_token": token}))
