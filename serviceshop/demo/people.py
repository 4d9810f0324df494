"""The invented people of Fjordvik. None of them exists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    given_name: str
    family_name: str

    @property
    def email(self) -> str:
        return f"{self.given_name.lower()}@demo.example"


AKSEL = Person("Aksel", "Lund")
BERIT = Person("Berit", "Holm")
DINA = Person("Dina", "Solberg")
EMIL = Person("Emil", "Nygård")
FRIDA = Person("Frida", "Vangen")
CARL = Person("Carl", "Berg")
GRETE = Person("Grete", "Holt")

# People with a button on the demonstration's log-in page.
CAST = (AKSEL, BERIT, CARL, DINA, EMIL, FRIDA, GRETE)

NORTH_CARERS = (
    EMIL,
    Person("Sara", "Ahmed"),
    Person("Nora", "Lind"),
    Person("Jonas", "Berg"),
    Person("Amina", "Yusuf"),
    Person("Thea", "Olsen"),
    Person("Petter", "Vold"),
)
SOUTH_ADMINISTRATOR = Person("Ingeborg", "Krogh")
SOUTH_CARERS = (
    Person("Maria", "Kowalska"),
    Person("Lars", "Nilsen"),
    Person("Silje", "Ruud"),
)

# First names of recipients' contact persons, and what they are to them.
RELATIVES = (
    ("Tone", "datter"),
    ("Geir", "sønn"),
    ("Marit", "søster"),
    ("Trond", "bror"),
    ("Hilde", "niese"),
)

RECIPIENT_NAMES = tuple(
    Person(*name.split(" ", 1))
    for name in (
        "Hans Eide",
        "Ruth Skaar",
        "Egil Wold",
        "Ingrid Dahl",
        "Arne Bakken",
        "Solveig Aas",
        "Per Strand",
        "Jon Vik",
        "Turid Fjeld",
        "Finn Sunde",
        "Gerd Hansen",
        "Nils Bøe",
        "Unni Tveit",
        "Kåre Myhre",
        "Liv Sandvik",
        "Odd Halvorsen",
        "Randi Moen",
        "Svein Foss",
        "Åse Lunde",
        "Tor Ødegård",
        "Kari Rønning",
        "Leif Haugen",
        "Bjørg Nes",
        "Magne Iversen",
        "Astrid Teigen",
        "Ivar Brekke",
        "Sigrid Hovland",
        "Harald Myklebust",
        "Oddny Kleven",
        "Roar Sætre",
        "Malin Elvestad",
        "Yonas Tesfay",
        "Fatima Ali",
        "Anders Hagen",
        "Julie Moe",
        "Henrik Sand",
        "Kristine Alexandra Bakke-Christensen Størmer",
        "Ola Grimstad",
    )
)

STREETS = (
    "Torggata",
    "Bøkelia",
    "Fagerliveien",
    "Lilletorget",
    "Nansetgata",
    "Strandveien",
    "Kirkebakken",
    "Skolegata",
    "Fjordveien",
    "Bekkestien",
)
DIRECTIONS = (
    "",
    "",
    "",
    "Nøkkelboks ved døra.",
    "3. etasje, heis til høyre.",
    "Ring på to ganger.",
    "Hunden er snill.",
)
