"""The readability (LIX) of the Norwegian texts on a recipient's pages.

LIX (Björnsson 1968) is words per sentence plus the share of words of more than six
letters, in hundredths: below 25 reads like a book for children, 40 like a newspaper.
Names, dates, times and numbers are not counted; a heading, a button or a row of a list
is a sentence of its own, however it ends.
"""

import re
import statistics
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from tests.browser.recipient.test_pages import (
    pages,
    pages_for_whoever_acts,
    pages_on_the_way,
)
from tests.browser.test_log_in import DOORS
from tests.reauthentication import logged_in_again

LONG = 6  # letters; a longer word is a long one
MOST_WORDS = 20  # in a sentence
INLINE = {"a", "b", "span", "strong", "em", "i", "small", "svg", "use", "del", "abbr", "time"}
SILENT = {"script", "style", "title", "option", "svg"}
VOID = {"input", "meta", "link", "img", "br", "use", "path", "rect", "circle"}

MONTH = "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
WEEKDAY = "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag"
DATES = re.compile(
    rf"\b(?:{WEEKDAY})?\s*\d+\. (?:{MONTH})\b|\b(?:{WEEKDAY}|{MONTH})\b"
    r"|klokka [\d.–]+|\bkl\. |\b\d[\d.–:\s%]*",
    re.IGNORECASE,
)


class Reader(HTMLParser):
    """The sentences on a page."""

    def __init__(self, names):
        super().__init__()
        self.names = names
        self.blocks, self.words, self.silent = [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag in SILENT:
            self.silent += 1
        if tag not in INLINE or "button" in (dict(attrs).get("class") or ""):
            self.end_block()

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent -= 1
        if tag not in INLINE or tag == "small":
            self.end_block()

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)

    def end_block(self):
        text = " ".join(" ".join(self.words).split())
        self.words = []
        if text:
            self.blocks.append(text)

    def sentences(self):
        self.end_block()
        for block in self.blocks:
            bare = DATES.sub(" ", block)
            for name in self.names:
                bare = bare.replace(name, " ")
            for sentence in re.split(r"(?<=[.!?:])\s", bare):
                if words := re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", sentence):
                    yield words, sentence.rstrip().endswith((".", "!", "?"))


def lix(sentences):
    words = [word for sentence in sentences for word in sentence]
    long = sum(len(word) > LONG for word in words)
    return round(len(words) / len(sentences) + 100 * long / len(words), 1)


@dataclass(frozen=True)
class Heaviness:
    whole: float  # all that the page says
    prose: float  # whole sentences alone, without headings, buttons and terms
    longest: str

    @classmethod
    def of(cls, html, names):
        reader = Reader(names)
        reader.feed(html)
        said = list(reader.sentences())
        return cls(
            whole=lix([words for words, _ in said]),
            prose=lix([words for words, is_prose in said if is_prose]),
            longest=" ".join(max((words for words, _ in said), key=len)),
        )


@pytest.fixture
def norwegian(shop, mandate, translated, client):
    for user in (shop.aksel.user, mandate.holder):
        user.language = "nb"
        user.save()
    client.force_login(shop.aksel.user)
    logged_in_again(client)  # otherwise the page for a new password redirects
    return client


def test_the_pages_are_light_to_read(shop, mandate, norwegian, figure):
    names = [
        *(
            "Aksel Lund",
            "Aksel",
            "Carl Berg",
            "Carl",
            "Home care North",
            "Fjordvik kommune",
            "Tjenesteshop",
        ),
        *("Shower", "Shopping", "Cleaning", "shower", "shopping", "cleaning"),
        *("Norsk bokmål", "Norsk nynorsk", "Engelsk"),
    ]
    heaviness = {
        name: Heaviness.of(norwegian.get(path).text, names)
        for name, path in (pages(shop) | pages_on_the_way(shop)).items()
    }
    norwegian.force_login(mandate.holder)
    heaviness["persons"] = Heaviness.of(norwegian.get("/persons/").text, names)
    norwegian.post("/persons/choose/", {"person": shop.aksel.pk})
    for name, path in pages_for_whoever_acts(shop).items():
        heaviness[f"acting {name}"] = Heaviness.of(norwegian.get(path).text, names)
    norwegian.logout()
    for name, path in DOORS.items():
        heaviness[f"door {name}"] = Heaviness.of(norwegian.get(path).text, names)
    whole = {name: found.whole for name, found in heaviness.items()}
    prose = {name: found.prose for name, found in heaviness.items()}
    figure(f"LIX of {len(whole)} pages, median", statistics.median(whole.values()))
    figure("LIX of the heaviest page", max(whole.values()))
    figure("LIX of their whole sentences alone, median", statistics.median(prose.values()))
    long = {
        name: found.longest
        for name, found in heaviness.items()
        if len(found.longest.split()) > MOST_WORDS
    }
    assert long == {}
    assert [one for one in [*whole.items(), *prose.items()] if one[1] > 40] == []
    assert statistics.median(whole.values()) <= 27
    assert statistics.median(prose.values()) <= 27
