"""A picture of a page as a PNG of 64 colours: a third of the bytes, and looks the same.

The browser, which is there anyhow, reads the picture and counts its colours; the few that are
too rare to have a place (edges of letters) take the nearest that has one.
"""

import base64
import struct
import zlib

from playwright.sync_api import Browser

TO_PALETTE = """async (png) => {
    const image = await createImageBitmap(await (await fetch(png)).blob());
    const {width, height} = image;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const {data} = canvas.getImageData(0, 0, width, height);
    const colour = (i) => (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    const found = new Map();
    for (let i = 0; i < data.length; i += 4)
        found.set(colour(i), (found.get(colour(i)) ?? 0) + 1);
    const palette = [...found].sort((a, b) => b[1] - a[1]).slice(0, 64).map(([one]) => one);
    const places = new Map(palette.map((one, place) => [one, place]));
    const far = (a, b) => [16, 8, 0].reduce(
        (sum, bits) => sum + (((a >> bits) & 255) - ((b >> bits) & 255)) ** 2, 0);
    const place = (one) => {
        if (!places.has(one)) {
            const nearest = palette.reduce((a, b) => (far(b, one) < far(a, one) ? b : a));
            places.set(one, places.get(nearest));
        }
        return places.get(one);
    };
    const rows = new Uint8Array((1 + width) * height);  // each begins with its filter: none
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            rows[(1 + width) * y + 1 + x] = place(colour(4 * (width * y + x)));
    let said = "";
    for (let i = 0; i < rows.length; i += 32768)
        said += String.fromCharCode(...rows.subarray(i, i + 32768));
    return {width, height, palette, rows: btoa(said)};
}"""


def with_palette(browser: Browser, png: bytes) -> bytes:
    page = browser.new_page()
    told = page.evaluate(TO_PALETTE, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    page.close()
    depth, kind = 8, 3  # eight bits a pixel, into a palette
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(
                b"IHDR", struct.pack(">2I5B", told["width"], told["height"], depth, kind, 0, 0, 0)
            ),
            _chunk(b"PLTE", b"".join(one.to_bytes(3, "big") for one in told["palette"])),
            _chunk(b"IDAT", zlib.compress(base64.b64decode(told["rows"]), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
