"""Context of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.municipality import municipality_phone
from accounts.pages import page_behind
from booking.access.pages import help_phone, whose_pages
from departments.phones import on_one_line
from serviceshop.menus import administered_department, is_staff, menu, switch
from serviceshop.roles import roles_of


def _help_phone(request: HttpRequest) -> str:
    is_for_recipient = request.user.is_authenticated and (
        roles_of(request.user).is_recipient or whose_pages(request).mandate
    )
    return help_phone(request) if is_for_recipient else on_one_line(municipality_phone())


def site(request: HttpRequest) -> dict[str, Any]:
    """The values of the base templates. Those that query the database are lazy."""
    return {
        "municipality": settings.MUNICIPALITY,
        "municipality_phone": on_one_line(municipality_phone()),
        # of the recipient's departments, on their pages and on those of who acts for them
        "help_phone": SimpleLazyObject(lambda: _help_phone(request)),
        "emergency_phone": settings.EMERGENCY_PHONE,
        "doctor_phone": settings.DOCTOR_PHONE.replace(" ", "\N{NO-BREAK SPACE}"),
        "version": settings.VERSION,
        "is_demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "here": SimpleLazyObject(lambda: page_behind(request)),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "switch": SimpleLazyObject(lambda: switch(request)),
        # whose recipients the search in the header finds
        "administered_department": SimpleLazyObject(lambda: administered_department(request)),
        "whose": SimpleLazyObject(lambda: whose_pages(request)),
        # called by {% extends page_base %}, only on the pages that say so
        "page_base": lambda: "base_staff.html" if is_staff(request) else "base.html",
    }
