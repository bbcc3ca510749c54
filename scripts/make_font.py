"""Make the font of the figures: a subset of Noto Sans CJK SC (SIL Open Font License), under a family name of its own.

    python scripts/make_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc LICENSE_FILE

The characters: GB 2312 (which covers running government prose), ASCII, Latin letters with pinyin marks, punctuation and
figures, and whatever stands in the package's own data (regions, bodies, codebook).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).parents[1]
OUT = ROOT / "textmine/data/fonts"
FAMILY = "Textmine Sans SC"


def characters() -> set[int]:
    """Return the code points of the subset."""
    rows = (bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    found = {ord(char) for text in rows for char in text}
    found |= set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x2010, 0x2028)) | set(range(0x2030, 0x203C))
    found |= {ord(char) for char in "−≤≥≠≈×÷±→←↑↓·•–—…‰€￥△▲▽▼○●◎◇◆□■☆★※ǎǐǒǔǖǘǚǜ"} | set(range(0xFF01, 0xFF5F))
    for pattern in ("textmine/data/*.t*", "corpora/codebook/**/*.toml"):
        for path in ROOT.glob(pattern):
            found |= {ord(char) for char in path.read_text("utf-8")}
    return found


def simplified_face(path: str) -> TTFont:
    """Return the face for simplified Chinese of a collection."""
    for font in TTCollection(path).fonts:
        if font["name"].getDebugName(1) == "Noto Sans CJK SC":
            return font
    raise SystemExit(f"{path} holds no Noto Sans CJK SC")


def rename(font: TTFont) -> None:
    """Give the font its own name, so that it never stands in for a complete font of the system."""
    for record in list(font["name"].names):
        if record.nameID in {16, 17, 21, 22, 25}:
            font["name"].removeNames(nameID=record.nameID)
    for name_id, text in {1: FAMILY, 2: "Regular", 3: f"{FAMILY} subset", 4: FAMILY, 6: "TextmineSansSC"}.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = ["TextmineSansSC"]
    top.topDictIndex[0].FullName = top.topDictIndex[0].FamilyName = FAMILY


def main(source: str, licence: str) -> None:
    """Write the font and its licence."""
    font = simplified_face(source)
    options = subset.Options(layout_features=["kern", "liga"], hinting=False, desubroutinize=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    tool = subset.Subsetter(options)
    tool.populate(unicodes=characters())
    tool.subset(font)
    rename(font)
    OUT.mkdir(parents=True, exist_ok=True)
    font.save(OUT / "TextmineSansSC-Regular.otf")
    shutil.copyfile(licence, OUT / "OFL.txt")


if __name__ == "__main__":
    main(*sys.argv[1:3])
