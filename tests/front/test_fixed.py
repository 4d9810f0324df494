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
