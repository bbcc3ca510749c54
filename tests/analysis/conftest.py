"""Frames that the tests of analyses share."""

import pandas as pd
import pytest

from textmine.analysis.demo import make_frames

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="session")
def frames() -> Frames:
    return make_frames(240, seed=3)
