"""Upload handler that discards files: no page accepts any.

The limit of other request bodies applies to them too.
"""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class RejectUploads(FileUploadHandler):
    def handle_raw_input(
        self,
        input_data: object,
        META: object,
        content_length: int,
        boundary: object,
        encoding: str | None = None,
    ) -> None:
        """Django's own limit does not count files."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Discard the data."""

    def file_complete(self, file_size: int) -> None:
        """There is no file."""
