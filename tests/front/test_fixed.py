from django.template import Context, Template
from django.utils import translation

from accounts.templatetags import fixed

TEMPLATE = (
    "{% load fixed i18n %}{% fixed town %}{% translate 'Help' %}, {{ town }}{{ n }}{% endfixed %}"
)


def test_it_is_drawn_once_for_each_language_and_each_value_named():
    template = Template(TEMPLATE)

    def drawn(town, n):
        return template.render(Context({"town": town, "n": n}))

    with translation.override("en"):
        assert [drawn("Fjord", 1), drawn("Fjord", 2), drawn("Vik", 3)] == [
            "Help, Fjord1", "Help, Fjord1", "Help, Vik3",
        ]  # fmt: skip
    with translation.override("nb"):
        assert drawn("Fjord", 4).endswith("Fjord4")


def test_it_never_keeps_more_kinds_than_it_may(monkeypatch):
    monkeypatch.setattr(fixed, "KINDS", 2)
    template = Template(TEMPLATE)
    for town in "abcde":
        template.render(Context({"town": town}))
        assert len(template.nodelist[-1].drawn) <= 2


def test_what_is_drawn_anew_is_so_each_time_in_its_place():
    template = Template(
        "{% load fixed %}{% fixed town %}[{% anew %}{{ n }}{% endanew %}]{{ town }}"
        "<{% anew %}{{ n }}{{ town }}{% endanew %}>{{ n }}{% endfixed %}"
    )
    drawn = [template.render(Context({"town": "Vik", "n": n})) for n in "1<"]
    assert drawn == ["[1]Vik<1Vik>1", "[&lt;]Vik<&lt;Vik>1"]


def test_what_an_included_part_draws_anew_is_so_too():
    inner = Template("{% load fixed %}({% anew %}{{ n }}{% endanew %})")
    template = Template("{% load fixed %}{% fixed %}a{% include inner %}b{% endfixed %}")
    drawn = [template.render(Context({"inner": inner, "n": n})) for n in "12"]
    assert drawn == ["a(1)b", "a(2)b"]
    assert inner.render(Context({"n": 3})) == "(3)"


def test_a_form_within_it_carries_each_readers_own_token():
    template = Template(
        "{% load fixed %}{% fixed %}<form>{% anew %}{% csrf_token %}{% endanew %}</form>"
        "{% endfixed %}"
    )
    for token in ("first", "second"):
        assert f'value="{token}"' in template.render(Context({"csrf_token": token}))
