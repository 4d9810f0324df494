"""``{% load patterns %}``: a pattern in words."""

from django import template

from booking.notices.patterns import span
from booking.queries import in_words

register = template.Library()
register.filter("times_in_words", in_words)
register.filter("dates_in_words", span)
