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


# Words that carers and recipients do not use, each with the word for it; see docs/glossary.md.
AVOIDED = {
    "en": {
        r"\b(patient|client|customer)s?\b": "recipient, person",
        r"\bnurses?\b": "carer: the title is protected",
        r"protected address": "confidential address",
        r"\bhandl(e|es|ing) for\b": "act for, book for",
    },
    "nb": {
        r"helsefagarbeider": "medarbeider: the title is protected",
        r"\bmottaker": "bruker, tjenestemottaker",
        r"administrator": "driftskoordinator",
        r"\bviktige? tjeneste": "nødvendig hjelp",
        r"\bhandl(ing|er for)\b": "innkjøp; bestiller for",
        r"medisinkurs": "legemiddelkompetanse",
        r"(skjermet|hemmelig) adresse": "fortrolig adresse",
        r"referansen på papir": "saksnummeret i vergefullmakten",
        r"ikke til stede|vi (traff|møtte) deg ikke": "fikk ikke kontakt",
        r"kunne ikke utføres": "ikke utført – årsak hos oss",
        r"(mangler|uten) ansatt": "er ikke fordelt",
        r"finn en løsning": "fordel besøket",
        r"for hånd\b": "ekstravakt; låst av koordinator",
        r"\bmerk(et|er)\b": "registrert, registreringer",
        r"uten rapport": "ikke kvittert ut",
        r"ikke endelig": "foreløpig",
        r"meldt borte": "registrert med fravær",
        r"spurt om|rundingene": "venteliste; prikkene",
        r"\ber din\b": "besøket er bestilt",
        r"gjentas|skal den fortsette": "fast tid",
        r"\b(uu)?tilsynet": "Diskrimineringsnemnda",
        r"ingens dag": "bare tall, ingen navn",
        r"for snart": "for tett på",
    },
    "nn": {
        r"helsefagarbeidar": "medarbeidar: the title is protected",
        r"\bmottakar": "brukar, tenestemottakar",
        r"administrator": "driftskoordinator",
        r"\bviktige? teneste": "nødvendig hjelp",
        r"\bhandl(ing|ar for)\b": "innkjøp; bestiller for",
        r"medisinkurs": "legemiddelkompetanse",
        r"(skjerma|hemmeleg) adresse": "fortruleg adresse",
        r"referansen på papir": "saksnummeret i verjefullmakta",
        r"ikkje til stades|vi (trefte|traff|møtte) deg ikkje": "fekk ikkje kontakt",
        r"kunne ikkje utførast": "ikkje utført – årsak hos oss",
        r"(manglar|utan) tilsett": "er ikkje fordelt",
        r"finn ei løysing": "fordel besøket",
        r"for hand\b": "ekstravakt; låst av koordinator",
        r"\bmerk(t|er)\b": "registrert",
        r"utan rapport": "ikkje kvittert ut",
        r"ikkje endeleg": "førebels",
        r"meldt borte": "registrert med fråvær",
        r"spurt om|rundingane": "venteliste; prikkane",
        r"\ber (din|di)\b": "besøket er bestilt",
        r"gjenteke": "fast tid",
        r"\b(uu)?tilsynet": "Diskrimineringsnemnda",
        r"for snart": "for tett på",
        r"inga nytte": "forgjeves",
        r"kva for nokre": "kva besøk",
        r"\b(vert|vart|verte)\b": "blir, blei, bli: one row",
        r"tjenesteshop": "Tenesteshop",
    },
}
ALLOWED = {
    "nb": {
        "Dette er din egen e-post.": "an e-mail, named in the sentence",
        "Fortrolig adresse: Skriv den på konvolutten for hånd.": "written with a pen",
    },
    "nn": {
        "Dette er din eigen e-post.": "an e-mail, named in the sentence",
        "Fortruleg adresse: Skriv adressa på konvolutten for hand.": "written with a pen",
    },
}


def texts_in(language):
    """English is the language of the sources: every catalogue has its texts as ids."""
    for entry in catalogue("nb" if language == "en" else language):
        if not entry.obsolete and language == "en":
            yield from filter(None, (entry.msgid, entry.msgid_plural))
        elif not entry.obsolete:
            yield from entry.msgstr_plural.values() or [entry.msgstr]


@pytest.mark.parametrize("language", AVOIDED)
def test_avoided_words_do_not_come_back(language):
    texts, allowed = set(texts_in(language)), set(ALLOWED.get(language, ()))
    assert allowed <= texts, "no longer used"
    found = [
        f"{text} (better: {better})"
        for word, better in AVOIDED[language].items()
        for text in sorted(texts - allowed)
        if re.search(word, text, re.IGNORECASE)
    ]
    assert found == []
