"""Imports run one way, in the order of the flow; nothing imports the command line; importing textmine stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "textmine"
#: each layer may import itself and those before it
LAYERS = [
    ["errors"],
    ["records"],
    ["folders"],
    ["frames"],
    ["numerals", "wording", "normalize", "segment", "agreement"],
    ["read"],
    ["parse"],
    ["checks"],
    ["outline", "roles", "statements"],
    ["themes", "model_card", "model_store", "evaluate"],
    ["pipeline", "parts", "workers", "cluster"],
    ["analysis"],
    ["keywords"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def layer(name: str) -> str:
    return name.split(".")[1] if "." in name else name


def imports(path: Path) -> list[str]:
    """Modules of the package that a file imports when it is loaded: not those of a function or a type check."""
    found = []
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textmine."):
            found.append(str(node.module))
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith("textmine.")]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_in_the_order_of_the_flow(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for module in imports(path):
        other = layer(module)
        assert own == "cli" or other != "cli", f"{own} imports the command line"
        if own in RANK and other in RANK:
            assert RANK[other] <= RANK[own], f"{own} imports {other}, which comes after it"
        if own in RANK:
            assert other in RANK, f"{own} imports {other}, which stands outside of the flow"


def test_no_module_without_a_subject() -> None:
    assert not {path.stem for path in FILES} & {"utils", "helpers", "common", "core", "misc"}


def test_importing_textmine_and_asking_for_help_load_nothing_heavy() -> None:
    code = (
        "import sys, textmine\nfrom click.testing import CliRunner\nfrom textmine.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print(sorted({'spacy', 'sklearn', 'pandas', 'numpy', 'pyarrow', 'jieba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
