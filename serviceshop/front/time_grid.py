"""Write the CSS classes of time grids: ``python -m serviceshop.front.time_grid``.

A strict CSP forbids ``style=""``, so a block has the classes ``at-1015 for-45`` and its grid
``from-07 hours-15``. The classes only set variables (one grid line is five minutes);
board.css, hours-picture.css and week-grid.css use them for rows or columns.
"""

from pathlib import Path

STEP = 5
TARGET = Path(__file__).resolve().parent.parent.parent / "static/css/time-grid.css"


def css() -> str:
    starts = [
        f".at-{minute // 60:02}{minute % 60:02}{{--at:{minute // STEP}}}"
        for minute in range(0, 36 * 60, STEP)  # until noon of the next day, for night shifts
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
