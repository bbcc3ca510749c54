"""Sphinx: ``sphinx-build -W docs build/docs``. Notebooks are shown with the outputs that are checked in."""

from __future__ import annotations

from textmine import __version__

project = "textmine"
author = "The textmine authors"
copyright = author
version = release = __version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["deflist", "attrs_inline"]
myst_heading_anchors = 3
nb_execution_mode = "off"
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build"]
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "furo"
html_title = f"textmine {version}"
html_theme_options = {"navigation_with_keys": True}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
