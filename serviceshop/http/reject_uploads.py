"""No page takes a file. Whoever sends one all the same meets the limit that holds for
everything else, and nothing of it is kept."""

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
        """Django's own limit leaves out what is in files."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Thrown away."""

    def file_complete(self, file_size: int) -> None:
        """There is no file."""
