"""Themes: the codebook as data, and what tags statements by it."""

from textmine.themes.codebook import Codebook, load_codebook
from textmine.themes.tagger import Hit, Prediction, RuleTagger, Tagger, tag_statements

__all__ = ["Codebook", "Hit", "Prediction", "RuleTagger", "Tagger", "load_codebook", "tag_statements"]
