"""Vendor third-party CSS, fonts and icons: ``python -m serviceshop.front.vendor``.

``static/vendor/packages.toml`` lists the packages with version and integrity. npm fetches
them from the registry that the machine uses; a package is accepted only if its hash matches.
To keep pages small on slow connections, only the components of Designsystemet that we use
are taken, the letters and weights of Inter, and one decimal of the coordinates of icons. The
files are committed, so npm is not needed to run or build Service Shop.
"""

import base64
import hashlib
import io
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ROOT / "static/vendor/packages.toml"


def packages() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads(PACKAGES.read_text())["package"]
    return listed


def vendor(package: dict[str, Any], work: Path) -> None:
    archive = _pack(package["name"], package["version"], work)
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package["integrity"]:
        raise SystemExit(f"{package['name']}: expected {package['integrity']}, got {found}")
    with tarfile.open(archive) as tar:
        for source, target in package.get("files", {}).items():
            path = ROOT / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_read(tar, source))
        if "joined" in package:
            joined = package["joined"]
            layers = {
                layer: [_read(tar, f"dist/src/{name}.css").decode().strip() for name in names]
                for layer, names in joined["layers"].items()
            }
            (ROOT / joined["target"]).write_text(stylesheet(joined["order"], layers))
        for font in package.get("fonts", {}).get("files", []):
            whole = _read(tar, font["source"])
            (ROOT / font["target"]).write_bytes(subset(whole, font["letters"], package["fonts"]))
        if "icons" in package:
            drawings = {
                name: _read(tar, f"dist/svg/{drawing}.svg").decode()
                for name, drawing in package["icons"].items()
            }
            (ROOT / package["sprite"]).write_text(sprite(drawings, package["decimals"]))


def stylesheet(order: list[str], layers: dict[str, list[str]]) -> str:
    """One stylesheet with each component in its cascade layer."""
    blocks = [f"@layer {layer}{{{''.join(parts)}}}" for layer, parts in layers.items()]
    return "\n".join([f"@layer {', '.join(order)};", *blocks]) + "\n"


def subset(font: bytes, letters: str, keep: dict[str, Any]) -> bytes:
    """A variable font with fewer letters, weights and features; ``letters`` in CSS syntax."""
    from fontTools.subset import Options, Subsetter, parse_unicodes
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    whole = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=keep["features"], hinting=False))
    subsetter.populate(unicodes=parse_unicodes(letters.replace(" ", "")))
    subsetter.subset(whole)
    narrow = instantiateVariableFont(whole, {"wght": tuple(keep["weights"])})
    narrow.flavor = "woff2"
    written = io.BytesIO()
    narrow.save(written)
    return written.getvalue()


def sprite(drawings: dict[str, str], decimals: int) -> str:
    """An SVG sprite whose icons have the colour of the surrounding text."""
    symbols = []
    for name, drawing in sorted(drawings.items()):
        shapes = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        if not shapes:
            raise SystemExit(f"{name}: not an SVG")
        inner = re.sub(r'(fill|stroke)="(?:#\w+|black)"', r'\1="currentColor"', shapes[1])
        inner = re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.{decimals}f}", inner)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none">{inner.strip()}</symbol>'
        )
    lines = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'


def _pack(name: str, version: str, work: Path) -> Path:
    packed = subprocess.run(  # noqa: S603
        ["npm", "pack", "--silent", f"{name}@{version}"],  # noqa: S607
        cwd=work,
        check=True,
        capture_output=True,
        text=True,
    )
    return work / packed.stdout.strip().splitlines()[-1]


def _read(tar: tarfile.TarFile, path: str) -> bytes:
    file = tar.extractfile(f"package/{path}")
    if file is None:
        raise SystemExit(f"{path} is not a file")
    return file.read()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for listed in packages():
            vendor(listed, Path(folder))
            print(listed["name"], listed["version"], listed["licence"])
