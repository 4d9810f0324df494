"""Wishes for a free time in words."""

from django import template
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.dates import day
from booking.models import SlotWish

register = template.Library()


@register.simple_tag
def wish_note(wish: SlotWish, user: User) -> str:
    """What follows the service's name: the visit that would be moved, and who gets the
    message if it is not the reader."""
    notes = []
    if wish.moving:
        notes.append(_("Instead of %(day)s.") % {"day": day(wish.moving.starts_at)})
    if wish.by_id != user.pk:
        notes.append(_("We tell %(name)s.") % {"name": wish.by.full_name})
    return ". " + " ".join(notes) if notes else ""
