"""What is wrong or odd in a codebook: its examples are run and its terms are looked through."""

from __future__ import annotations

from collections.abc import Iterator

from textmine.themes.codebook import MIN_HITS, MIN_MISSES, Codebook, CodebookFinding, Theme
from textmine.themes.rules import unused_lists
from textmine.themes.tagger import RuleTagger


def check_codebook(codebook: Codebook) -> tuple[CodebookFinding, ...]:
    """Return the findings in the order of the codebook: errors where an example fails, notes otherwise.

    >>> from textmine.themes.codebook import load_codebook
    >>> [finding.detail for finding in check_codebook(load_codebook()) if finding.severity == "error"]
    []
    """
    tagger = RuleTagger(codebook)
    findings = [
        CodebookFinding(theme, "", "unused_list", f"nothing refers to @{name}", "note")
        for theme, name in unused_lists(codebook)
    ]
    for theme in codebook.themes:
        findings.extend(_examples(theme, tagger))
        findings.extend(_counts(theme))
        findings.extend(_repeated(theme, codebook))
    return tuple(findings)


def _examples(theme: Theme, tagger: RuleTagger) -> Iterator[CodebookFinding]:
    predictions = tagger.predict([e.text for e in theme.examples], [e.role for e in theme.examples])
    for example, prediction in zip(theme.examples, predictions, strict=True):
        if (theme.code in prediction.themes) == example.hit:
            continue
        if example.hit:
            yield CodebookFinding(theme.code, "", "example_missed", f"{example.role}: {example.text}")
            continue
        hit = next(hit for hit in prediction.hits if hit.theme == theme.code)
        words = example.text[hit.start or 0 : hit.end]
        yield CodebookFinding(theme.code, hit.rule_id or "", "example_hit", f"{example.role}: {example.text} [{words}]")


def _counts(theme: Theme) -> Iterator[CodebookFinding]:
    for wanted, verdict, least in ((True, "hit", MIN_HITS), (False, "miss", MIN_MISSES)):
        count = sum(example.hit is wanted for example in theme.examples)
        if count < least:
            detail = f"{count} examples that must {verdict}; {least} are asked for"
            yield CodebookFinding(theme.code, "", "few_examples", detail, "note")


def _repeated(theme: Theme, codebook: Codebook) -> Iterator[CodebookFinding]:
    """A term in two phrase rules of one theme and role does nothing the second time."""
    seen: dict[tuple[str, str], str] = {}
    for rule in theme.rules:
        terms = [
            term
            for item in rule.terms
            for term in (codebook.expand(item[1:], theme) if item.startswith("@") else (item,))
        ]
        for term in terms:
            first = seen.setdefault((term, rule.role), rule.id)
            if first != rule.id:
                yield CodebookFinding(theme.code, rule.id, "repeated_term", f"{term} stands in {first} too", "note")
