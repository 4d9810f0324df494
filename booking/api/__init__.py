"""The API of booking: the same actions and queries as the pages."""

from booking.api.refusals import refusal_of
from booking.api.routes import router

__all__ = ["refusal_of", "router"]
