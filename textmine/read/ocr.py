"""Scanned pages and pictures → lines and ruled tables, through RapidOCR (extra ``ocr``), which brings its models."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import MissingExtraError, ReadError
from textmine.read.pdf import Char, compose_page, page_items_to_blocks, rule_areas
from textmine.records import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: line, from, to
_Run = tuple[int, int, int]
#: left, right, top, bottom
_Corners = tuple[float, float, float, float]

#: dots per inch of the picture that is recognized; at 200 every number of dense table pages was read right
DPI: Final = 200
_POINTS: Final = 72 / DPI
#: a dark run of this many points is a ruling line: longer than any stroke of a printed character
_RULE: Final = {"horizontal": 30.0, "vertical": 18.0}
#: grey value (0 black, 255 white) below which a dot is dark
_DARK: Final = 150
#: dots that the smallest printed digit is high (5 points); smaller ink is dirt
_DIGIT: Final = 14
#: below this a mark that the detector passed over is taken for dirt
_SURE: Final = 0.6
#: a picture that is wider is scaled down: an A4 page at 300 dpi
_MAX_WIDTH: Final = 2500


@dataclass(slots=True)
class Recognized:
    """How many pages were recognized, and how sure the recognizer was of their characters (0 to 1)."""

    pages: int = 0
    characters: int = 0
    weight: float = field(default=0.0, repr=False)

    @property
    def score(self) -> float | None:
        """The mean confidence over all characters; ``None`` where none was recognized."""
        return round(self.weight / self.characters, 4) if self.characters else None


def require_ocr() -> None:
    """Refuse where the recognizer is not installed.

    Raises:
        MissingExtraError: says what to install.
    """
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        raise MissingExtraError("rapidocr and onnxruntime", "ocr", "reading scans")


@cache
def _engine() -> Any:
    require_ocr()
    from rapidocr import RapidOCR

    logger = logging.getLogger("RapidOCR")
    engine = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical"})
    logger.setLevel(logging.CRITICAL)
    return engine


def read_scanned_page(image: NDArray[np.uint8], number: int, told: Recognized) -> list[Any]:
    """Return lines and ruled tables of the picture of a page, as the PDF reader does.

    Args:
        image: height × width × 3, at :data:`DPI` dots per inch.
        number: of the page, from 1.
        told: is brought up to date.
    """
    rows, columns = _rules(image)
    chars = _recognize(_without_rules(image, rows, columns), columns, told)
    told.pages += 1
    height = image.shape[0]
    horizontal = [((height - y - 0.5) * _POINTS, a * _POINTS, b * _POINTS) for y, a, b in rows]
    vertical = [((x + 0.5) * _POINTS, (height - b) * _POINTS, (height - a) * _POINTS) for x, a, b in columns]
    return compose_page(chars, rule_areas(horizontal, vertical), number)


def _rules(image: NDArray[np.uint8]) -> tuple[list[_Run], list[_Run]]:
    """Return the horizontal and the vertical ruling lines as (line, from, to) in dots."""
    import numpy as np

    dark = (image.mean(axis=2) < _DARK).astype(np.int8)
    return _runs(dark, _RULE["horizontal"]), _runs(dark.T, _RULE["vertical"])


def _without_rules(image: NDArray[np.uint8], rows: list[_Run], columns: list[_Run]) -> NDArray[np.uint8]:
    """Paint ruling lines white: a line beside a number is easily read as a 1."""
    clean = image.copy()
    for y, start, end in rows:
        clean[max(y - 1, 0) : y + 2, start:end] = 255
    for x, start, end in columns:
        clean[start:end, max(x - 1, 0) : x + 2] = 255
    return clean


def _recognize(image: NDArray[np.uint8], columns: list[_Run], told: Recognized) -> list[Char]:
    # Line orientation is not asked for: on upright pages it turned good lines upside down.
    found = _engine()(image, use_det=True, use_cls=False, use_rec=True)  # the engine keeps the last choice
    chars: list[Char] = []
    height = image.shape[0]
    boxes = [] if found.boxes is None else [_corners(box) for box in found.boxes]
    read = list(zip(boxes, found.txts or (), found.scores or (), strict=True))
    for corners, text, score in [*read, *_missed(image, boxes)]:
        for left, right, piece, sure in _cut_at_rules(image, corners, text, float(score), columns):
            bottom, top = (height - corners[3]) * _POINTS, (height - corners[2]) * _POINTS
            chars += spread(piece, left * _POINTS, right * _POINTS, bottom, top)
            told.characters += len(piece)
            told.weight += len(piece) * sure
    return chars


def _corners(box: NDArray[np.float32]) -> _Corners:
    return float(box[:, 0].min()), float(box[:, 0].max()), float(box[:, 1].min()), float(box[:, 1].max())


def _missed(image: NDArray[np.uint8], boxes: list[_Corners]) -> list[tuple[_Corners, str, float]]:
    """Return what the detector passed over, read alone: a single digit in a cell often is."""
    import cv2
    import numpy as np

    ink = (image.mean(axis=2) < _DARK).astype(np.uint8)
    for left, right, top, bottom in boxes:
        ink[max(int(top) - 3, 0) : int(bottom) + 4, max(int(left) - 3, 0) : int(right) + 4] = 0
    joined = cv2.dilate(ink, np.ones((3, 13), np.uint8))
    found = []
    for left, top, width, height, area in cv2.connectedComponentsWithStats(joined)[2][1:].tolist():
        if not (_DIGIT <= height <= 4 * _DIGIT and area > _DIGIT * 4):
            continue
        crop = image[max(top - 2, 0) : top + height + 2, max(left - 2, 0) : left + width + 2]
        again = _engine()(_padded(crop), use_det=False, use_cls=False, use_rec=True)
        if again.txts and again.txts[0].strip() and again.scores[0] > _SURE:
            corners = (float(left), float(left + width), float(top), float(top + height))
            found.append((corners, again.txts[0].strip(), float(again.scores[0])))
    return found


def _cut_at_rules(
    image: NDArray[np.uint8],
    corners: _Corners,
    text: str,
    score: float,
    columns: list[_Run],
) -> list[tuple[float, float, str, float]]:
    """Return (left, right, text, score): a line found across a column line is cut there and each piece read again."""
    left, right, top, bottom = corners
    middle = (top + bottom) / 2
    inside = sorted({x for x, start, end in columns if left + 4 < x < right - 4 and start <= middle <= end})
    if not inside:
        return [(left, right, text, score)]
    edges = [left, *inside, right]
    pieces = []
    for start, end in pairwise(edges):
        crop = image[max(int(top) - 2, 0) : int(bottom) + 3, max(int(start), 0) + 2 : int(end) - 1]
        if crop.shape[1] < 8 or crop.min() > _DARK:
            continue
        again = _engine()(_padded(crop), use_det=False, use_cls=False, use_rec=True)
        if again.txts:
            pieces.append((start, end, again.txts[0].strip(), float(again.scores[0])))
    return pieces


def _padded(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A short number alone on a narrow strip is read better with white around it."""
    import numpy as np

    return np.pad(crop, ((4, 4), (16, 16), (0, 0)), constant_values=255)


def spread(text: str, left: float, right: float, bottom: float, top: float) -> list[Char]:
    """Return the characters of a recognized line, each with the share of its width that it takes when printed.

    >>> [round(char.x) for char in spread("公12", 0, 40, 0, 20)]
    [10, 25, 35]
    """
    widths = [1.0 if ord(char) > 0x2E7F else 0.5 for char in text]
    unit = (right - left) / (sum(widths) or 1)
    chars, at = [], left
    for char, width in zip(text, widths, strict=True):
        end = at + width * unit
        if char.strip():
            size = min(unit, top - bottom)
            chars.append(Char(char, (at + end) / 2, (bottom + top) / 2, at, end, size))
        at = end
    return chars


def _runs(dark: NDArray[np.int8], points: float) -> list[_Run]:
    """Return (line, from, to) of the dark runs that are at least ``points`` long."""
    import numpy as np

    least = int(points / _POINTS)
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    long = ends[:, 1] - starts[:, 1] >= least
    return [(int(y), int(a), int(b)) for (y, a), (_, b) in zip(starts[long], ends[long], strict=True)]


def read_picture(data: bytes, name: str, sha256: str) -> Source:
    """Return the text of a picture of a page.

    Raises:
        MissingExtraError: the recognizer is not installed.
        ReadError: ``damaged``, or ``no_text_layer`` where nothing was recognized.
    """
    require_ocr()
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as picture:
            image = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise ReadError(name, "damaged", f"no picture that can be opened: {error}") from error
    if image.width > _MAX_WIDTH:
        image = image.resize((_MAX_WIDTH, round(image.height * _MAX_WIDTH / image.width)))
    told = Recognized()
    items = read_scanned_page(np.asarray(image), 1, told)
    if not told.characters:
        raise ReadError(name, "no_text_layer", "nothing was recognized on the picture")
    blocks = page_items_to_blocks(items)
    return Source(name, "picture", sha256, blocks, ocr_pages=1, ocr_score=told.score)
