"""Write the classes that place things in time: ``python -m serviceshop.front.time_grid``.

A strict CSP allows no ``style=""``, so a block says ``at-1015 for-45`` and its grid
says ``from-07 hours-15``. The classes only set numbers (five minutes is one line of
the grid); board.css, hours-picture.css and week-grid.css turn them into rows or columns.
"""

from pathlib import Path

STEP = 5
TARGET = Path(__file__).resolve().parent.parent.parent / "static/css/time-grid.css"


def css() -> str:
    starts = [
        f".at-{minute // 60:02}{minute % 60:02}{{--at:{minute // STEP}}}"
        for minute in range(0, 36 * 60, STEP)  # until noon next day: nights belong to their start
    ]
    lengths = [
        f".for-{minutes}{{--for:{minutes // STEP}}}" for minutes in range(5, 24 * 60 + 1, 5)
    ]
    opens = [f".from-{hour:02}{{--from:{hour * 60 // STEP}}}" for hour in range(24)]
    hours = [
        f".hours-{hour}{{--hours:{hour};--lines:{hour * 60 // STEP}}}" for hour in range(1, 37)
    ]
    blocks = "\n".join("".join(classes) for classes in (starts, lengths, opens, hours))
    return f"/* Made by python -m serviceshop.front.time_grid */\n@layer shop{{\n{blocks}\n}}\n"


if __name__ == "__main__":
    TARGET.write_text(css())
