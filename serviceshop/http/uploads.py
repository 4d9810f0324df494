"""Upload handler that discards files, but on the one URL that takes a calendar file.

The limit of other request bodies applies to both: a file is not written to the disk.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.urls import reverse

from booking.calendar.read_ics import MOST_BYTES

MULTIPART = 10_000  # bytes beside the file: the form's other fields, and the parts' heads


class LimitedUploads(MemoryFileUploadHandler):
    activated: bool

    def handle_raw_input(
        self,
        input_data: object,
        META: object,
        content_length: int,
        boundary: object,
        encoding: str | None = None,
    ) -> None:
        """Django's own limit does not count files."""
        request = self.request
        url = reverse("booking:read_plan_file")
        self.activated = request is not None and request.path == url
        limit = MOST_BYTES + MULTIPART if self.activated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if content_length > limit:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the data, or discard it."""
        if self.activated:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return super().file_complete(file_size) if self.activated else None
