"""Pictures of pages, compared with those that are kept in the repository.

A pixel differs when a colour of it differs much; the edges of letters differ a little from one
version of the browser to the next. ``RENEW_SNAPSHOTS=1`` writes the pictures again.
"""

import base64
import os
from pathlib import Path

from tests.browser.palette import with_palette

KEPT = Path(__file__).parent / "pictures"
MOST = 0.002  # of the pixels
# Text is sharp at half the size too, and a picture has a quarter of the bytes.
SCALE = 0.5

COMPARE = """async ([kept, shown]) => {
    const pixels = await Promise.all([kept, shown].map(async (png) => {
        const image = await createImageBitmap(await (await fetch(png)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
        canvas.drawImage(image, 0, 0);
        return canvas.getImageData(0, 0, image.width, image.height);
    }));
    const [a, b] = pixels;
    if (a.width !== b.width || Math.abs(a.height - b.height) > 2)
        return `${b.width} × ${b.height} instead of ${a.width} × ${a.height}`;
    let different = 0;
    const length = Math.min(a.data.length, b.data.length);
    for (let i = 0; i < length; i += 4)
        if ([0, 1, 2].some((n) => Math.abs(a.data[i + n] - b.data[i + n]) > 72)) different += 1;
    return different / (length / 4);
}"""


# Text, and what the browser draws by itself: the controls of forms.
PROBE = """<body style="font: 16px Inter, sans-serif"><p>Tjenesteshop åøæ 0123456789</p>
    <input type="checkbox" checked><input type="radio" checked><select><option>ma</select>"""


def draws_alike(browser):
    """Whether this browser, with the fonts of this machine, draws a small page as it was drawn
    when the pictures were kept. Otherwise every picture differs."""
    page = browser.new_page(viewport={"width": 400, "height": 200})
    page.set_content(PROBE)
    png = page.screenshot(caret="hide")
    page.close()
    path = KEPT / "probe.png"
    if "RENEW_SNAPSHOTS" in os.environ:
        KEPT.mkdir(exist_ok=True)
        path.write_bytes(png)
    return path.read_bytes() == png


def difference(browser, name, png):
    """What differs from the kept picture, in words; empty when it is as it was."""
    path = KEPT / f"{name}.png"
    if "RENEW_SNAPSHOTS" in os.environ:
        KEPT.mkdir(exist_ok=True)
        path.write_bytes(with_palette(browser, png))
        return ""
    if not path.exists():
        return f"{name}: no picture is kept"
    page = browser.new_page()
    found = page.evaluate(COMPARE, [_url(path.read_bytes()), _url(png)])
    page.close()
    if isinstance(found, str):
        return f"{name}: {found}"
    return f"{name}: {found:.2%} of the pixels differ" if found > MOST else ""


def _url(png):
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
