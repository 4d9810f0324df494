"""``{% load department_phones %}``: the numbers of a department."""

from django import template

from departments import phones

register = template.Library()

register.filter("phones_in_words", phones.phones_in_words)
register.filter("phone_now", phones.phone_of)
register.filter("staff_phone_now", phones.staff_phone_of)
