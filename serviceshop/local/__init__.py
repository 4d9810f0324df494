"""PostgreSQL and Valkey for the demonstration, the tests and a data folder.

The same servers as in production, started as direct children of the process that needs them.
They end with it, however it ends.
"""

from serviceshop.local.attach import local_services
from serviceshop.local.errors import FolderInUseError, LocalServiceError
from serviceshop.local.folder import DataFolder

__all__ = ["DataFolder", "FolderInUseError", "LocalServiceError", "local_services"]
