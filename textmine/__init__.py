"""Text mining for 政府信息公开工作年度报告, from the published file to themes.

The flow: ``file → Source → Report → Statement → Tag``. The records are in :mod:`textmine.records`, the
stated errors in :mod:`textmine.errors`.
"""

from __future__ import annotations

__version__ = "0.1.0"
