"""Pages rendered each time, all of them."""

from django.template.context import Context
from django.utils.safestring import SafeString

from accounts.templatetags import fixed
from benchmarks.plain import Swap
from booking.templatetags import calendar


def blocks_rendered(template: str = "") -> list[Swap]:
    """The ``{% fixed %}`` blocks of one template, or all."""
    from_cache = fixed.FixedNode.render

    def render(self: fixed.FixedNode, context: Context) -> SafeString:
        if template and self.origin.template_name != template:
            return from_cache(self, context)
        return self.nodelist.render(context)

    return [Swap(fixed.FixedNode, "render", render)]


def week_frames_rendered() -> list[Swap]:
    return [Swap(calendar, "_frame", calendar._frame.__wrapped__)]


def week_runs_rendered() -> list[Swap]:
    return [Swap(calendar, "_run", calendar._run.__wrapped__)]
