"""The demonstration's data: Fjordvik kommune with two departments, relative to today.

Only ``manage.py demo`` loads it, and only into an empty database.
"""

from serviceshop.demo.load import is_empty, load, loaded_on

__all__ = ["is_empty", "load", "loaded_on"]
