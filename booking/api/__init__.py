"""Booking for programs: the pages' verbs and queries, and no rule of its own."""

from booking.api.refusals import refusal_of
from booking.api.routes import router

__all__ = ["refusal_of", "router"]
