"""Errors of local services."""


class LocalServiceError(Exception):
    """A local service can't run. The message is shown to the user."""


class FolderInUseError(LocalServiceError):
    """Another process holds the data folder."""
