class LocalServiceError(Exception):
    """A local service cannot run; the message says why, for whoever started it."""


class FolderInUseError(LocalServiceError):
    """Another process holds the data folder."""
