"""Forms validate input. Actions decide whether a change is allowed."""
