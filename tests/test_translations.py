"""The catalogues of bokmål and nynorsk are complete, and the compiled files are up to date."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

LANGUAGES = ["nb", "nn"]
ROOT = Path(settings.BASE_DIR)


def catalogue(language, ending="po"):
    path = ROOT / "locale" / language / "LC_MESSAGES" / f"django.{ending}"
    return (polib.pofile if ending == "po" else polib.mofile)(str(path))


def key(entry):
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_is_missing_or_fuzzy(language):
    entries = [entry for entry in catalogue(language) if not entry.obsolete]
    assert entries
    assert [entry.msgid for entry in entries if entry.fuzzy] == []
    assert [entry.msgid for entry in entries if not entry.translated()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_fresh(language):
    def texts(entries):
        return {
            key(entry): entry.msgstr_plural or entry.msgstr
            for entry in entries
            if not entry.obsolete
        }

    assert texts(catalogue(language, "mo")) == texts(catalogue(language)), (
        "run: python manage.py compilemessages"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    placeholder = r"%\(\w+\)[sd]|\{\w+\}"

    for entry in catalogue(language):
        expected = set(re.findall(placeholder, entry.msgid + entry.msgid_plural))
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert set(re.findall(placeholder, text)) <= expected, entry.msgid
        joined = "".join(entry.msgstr_plural.values()) or entry.msgstr
        missing = expected - set(re.findall(placeholder, joined))
        assert not missing, f"{entry.msgid}: {missing}"


def test_every_string_in_the_source_is_in_the_catalogues(tmp_path):
    if not shutil.which("xgettext"):
        if os.environ.get("CI"):
            pytest.fail("gettext is missing")
        pytest.skip("needs gettext's xgettext")
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.html", "*.txt", "*.po"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    for name in tracked:
        if not name.startswith(("tests/", "benchmarks/")) and (ROOT / name).exists():
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "nb", "-l", "nn", "--no-obsolete"],
        cwd=tmp_path, check=True, capture_output=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    for language in LANGUAGES:
        path = tmp_path / "locale" / language / "LC_MESSAGES" / "django.po"
        extracted = {key(entry) for entry in polib.pofile(str(path)) if not entry.obsolete}
        written = {key(entry) for entry in catalogue(language) if not entry.obsolete}
        assert extracted - written == set(), "run: python manage.py makemessages -l nb -l nn"
