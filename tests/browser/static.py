"""Static files for the live server: read once, and kept by a browser's context.

Otherwise a page asks for all of its twenty files again and waits longer for them than for
itself. ``tests/browser/test_weight.py`` looks at how production serves them.
"""

import mimetypes
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import get_path_info

FOR_YEARS = 10 * 365 * 24 * 3600  # seconds: a test's server may live in another year


class StaticFiles(StaticFilesHandler):
    def __call__(self, environ, start_response):
        path = get_path_info(environ)
        if not self._should_handle(path):
            return self.application(environ, start_response)
        file = _read(self.file_path(path))
        if file is None:
            return super().__call__(environ, start_response)  # says that it is not there
        kind, content = file
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Cache-Control": f"max-age={FOR_YEARS}, immutable",
        }
        start_response("200 OK", list(headers.items()))
        return [content]


@cache
def _read(name):
    """A file's kind and content; none where there is no such file."""
    path = finders.find(name)
    if path is None:
        return None
    return mimetypes.guess_type(path)[0] or "application/octet-stream", Path(path).read_bytes()
