"""``{% load pauses %}``: the days of a pause in words."""

from django import template

from booking.notices.pauses import span

register = template.Library()
register.filter("span", span)
