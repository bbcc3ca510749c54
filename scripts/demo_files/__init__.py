"""The layouts of the demo corpus: sources → files, manifest and truth (used by ``scripts/make_demo.py`` alone)."""
