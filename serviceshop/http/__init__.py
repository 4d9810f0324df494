"""Error pages and middleware of the whole project."""
