"""All speeds in one table: each task beside what a user would take instead, in one run, medians of interleaved rounds.

python scripts/bench/run.py [--rounds 5] [--reports 2000] [--real FOLDER] [--save docs/benchmarks.md]
python scripts/bench/run.py --quick            two rounds of 200 reports, for trying
python scripts/bench/run.py --slope 1000 10000 100000   memory and time of whole runs, with two processes

Each measurement is a process of its own, which loads what it needs (models, dictionaries), does the task once and says
how long that took, without the loading; only processes that a task starts itself load in that time. A round does every
task once; a ratio is the median over rounds of the baseline's time by ours in the same round.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DEMO = ROOT / "corpora/demo/reports"
SEED = 7
#: what makes both engines of a segmenter load their words
WARM = ["加强培训", "no. 3 %"]
Work = Callable[[], object]


@dataclass(frozen=True)
class Place:
    """What tasks work on: generated reports, the naive model, a folder for what they write, PDF files, statements."""

    reports: Path
    model: Path
    scratch: Path
    pdfs: list[Path]
    statements: int


# --- tasks: each loads what it needs and returns the work that is timed -----------------------------------------------


def naive_counts(place: Place, jobs: int) -> Work:
    import jieba
    import naive

    model = naive.load(place.model)
    jieba.initialize()
    return lambda: naive.count_themes(place.reports, model, jobs)


def our_counts(place: Place, jobs: int, engine: str = "auto") -> Work:
    import naive  # brings pandas, which both use

    from textmine.segment import Segmenter
    from textmine.word_model import WordModel, count_labels

    model = WordModel.from_sklearn(*naive.load(place.model), segmenter=Segmenter.from_text("", engine=engine))
    model.segmenter.cut_many(WARM)
    return lambda: count_labels(place.reports, model, jobs=jobs)


def our_mine(place: Place, jobs: int) -> Work:
    from textmine.pipeline import mine_to_folder

    out = Path(tempfile.mkdtemp(dir=place.scratch))
    return lambda: mine_to_folder(place.reports, out / "mined", jobs=jobs)


def read_statements(place: Place) -> list[str]:
    found: dict[str, None] = {}
    for line in (ROOT / "corpora/labelled/train.jsonl").read_text("utf-8").splitlines():
        found.update(dict.fromkeys(one["text"] for one in json.loads(line)["statements"] if one["role"] != "context"))
    return list(found)[: place.statements]


def jieba_words(place: Place) -> Work:
    from textmine.segment import Segmenter

    segmenter, texts = Segmenter(engine="jieba"), read_statements(place)
    segmenter.cut_many(WARM)
    return lambda: [segmenter.cut(text) for text in texts]


def our_words(place: Place) -> Work:
    from textmine.segment import Segmenter

    segmenter, texts = Segmenter(), read_statements(place)
    segmenter.cut_many(WARM)
    return lambda: segmenter.cut_many(texts)


def sklearn_tags(place: Place) -> Work:
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    texts = read_statements(place)
    themes = [[at % 20, (at * 7) % 20] for at in range(2000)]  # which themes does not matter for the time of prediction
    marks = [[int(theme in own) for theme in range(20)] for own in themes]
    model = make_pipeline(
        TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2)),
        OneVsRestClassifier(LogisticRegression(max_iter=20)),
    ).fit((texts * 3)[:2000], marks)
    return lambda: model.predict(texts)


def our_tags(place: Place) -> Work:
    from textmine.model_store import load_model

    model, texts = load_model(), read_statements(place)
    roles = ["problem"] * len(texts)
    model.predict(texts[:50], roles[:50])
    return lambda: model.predict(texts, roles)


def jieba_keywords(place: Place) -> Work:
    import jieba.analyse

    texts = read_statements(place)
    jieba.analyse.extract_tags(texts[0])
    return lambda: jieba.analyse.extract_tags("\n".join(texts), topK=100)


def our_keywords(place: Place) -> Work:
    import pandas as pd

    from textmine.keywords import keywords
    from textmine.segment import Segmenter

    segmenter = Segmenter()
    segmenter.cut_many(WARM)
    texts = read_statements(place)
    ids = [f"{at:016x}" for at in range(len(texts))]
    reports = pd.DataFrame({"report_id": ids, "group": ["all"] * len(ids), "path": ids})
    statements = pd.DataFrame(
        {"report_id": ids, "statement_id": [f"{name}-001" for name in ids], "role": "problem", "text": texts}
    )
    tags = pd.DataFrame({"statement_id": [f"{ids[0]}-001"], "report_id": ids[:1], "theme": ["training"]})
    frames = {"reports": reports, "statements": statements, "tags": tags}
    return lambda: keywords(frames, "group", method="tfidf", top=100, segmenter=segmenter)


def plumber_tables(place: Place) -> Work:
    import pdf_tables

    files = [path.read_bytes() for path in place.pdfs]
    pdf_tables.read_with_plumber(files[0])
    return lambda: [pdf_tables.read_with_plumber(data) for data in files]


def our_pdf_tables(place: Place) -> Work:
    import pdf_tables

    files = [path.read_bytes() for path in place.pdfs]
    pdf_tables.read_with_textmine(files[0])
    return lambda: [pdf_tables.read_with_textmine(data) for data in files]


def plumber_text(place: Place) -> Work:
    import pdfplumber

    files = [path.read_bytes() for path in place.pdfs]

    def read(data: bytes) -> list[str]:
        with pdfplumber.open(io.BytesIO(data)) as document:
            return [page.extract_text() for page in document.pages]

    read(files[0])
    return lambda: [read(data) for data in files]


def our_pdf_text(place: Place) -> Work:
    from textmine.read.pdf import read_page_texts

    files = [path.read_bytes() for path in place.pdfs]
    read_page_texts(files[0])
    return lambda: [read_page_texts(data) for data in files]


def pandas_html(place: Place) -> Work:
    import pandas as pd

    pages = [path.read_text("utf-8", errors="replace") for path in sorted(DEMO.rglob("*.html")) if _has_table(path)]
    pd.read_html(io.StringIO(pages[0]))
    return lambda: [pd.read_html(io.StringIO(page)) for page in pages * 5]


def our_html(place: Place) -> Work:
    from textmine.read import read_bytes

    pages = [path.read_bytes() for path in sorted(DEMO.rglob("*.html")) if _has_table(path)]
    read_bytes(pages[0], "page.html")
    return lambda: [read_bytes(page, "page.html") for page in pages * 5]


def _has_table(path: Path) -> bool:
    return b"<table" in path.read_bytes()


def our_format(place: Place, form: str) -> Work:
    """Mining the demo corpus's reports of one format, five times, each time with a new miner."""
    from textmine.errors import ReadError
    from textmine.pipeline import Miner, Options
    from textmine.read import read_file

    files = []
    for path in sorted(DEMO.rglob("*.*")):
        try:
            source = read_file(path)
        except ReadError:  # the files of the corpus that are no reports
            continue
        if source.source_format == form:
            files.append(str(path))
    options = Options()
    Miner(options).mine_batch(files[:1])
    FACTS["reports"] = 5 * len(files)
    return lambda: [Miner(options).mine_batch(files) for _ in range(5)]


def process(*command: str, given: str = "") -> Callable[[Place], Work]:
    def make(_: Place) -> Work:
        return lambda: subprocess.run(
            [sys.executable, *command], input=given.encode(), check=True, stdout=subprocess.DEVNULL
        )

    return make


#: what a task says beside its time
FACTS: dict[str, Any] = {}
_CLI = "from textmine.cli import main; main()"
TASKS: dict[str, Callable[[Place], Work]] = {
    "naive, one process": lambda place: naive_counts(place, 1),
    "naive, two processes": lambda place: naive_counts(place, 2),
    "count_labels, one process": lambda place: our_counts(place, 1),
    "count_labels, one process, pure jieba": lambda place: our_counts(place, 1, "jieba"),
    "count_labels, two processes": lambda place: our_counts(place, 2),
    "mine, one process": lambda place: our_mine(place, 1),
    "mine, two processes": lambda place: our_mine(place, 2),
    "jieba": jieba_words,
    "Segmenter": our_words,
    "scikit-learn pipeline": sklearn_tags,
    "tagger": our_tags,
    "jieba.analyse.extract_tags": jieba_keywords,
    "keywords, tfidf": our_keywords,
    "pdfplumber, tables": plumber_tables,
    "read_page_grids": our_pdf_tables,
    "pdfplumber, text": plumber_text,
    "read_page_texts": our_pdf_text,
    "pandas.read_html": pandas_html,
    "read, HTML": our_html,
    "mine, text": lambda place: our_format(place, "text"),
    "mine, Markdown": lambda place: our_format(place, "markdown"),
    "mine, HTML": lambda place: our_format(place, "html"),
    "mine, Word": lambda place: our_format(place, "docx"),
    "mine, PDF": lambda place: our_format(place, "pdf"),
    "python -c pass": process("-c", "pass"),
    "import textmine": process("-c", "import textmine"),
    "textmine --help": process("-c", _CLI, "--help"),
    "textmine tag, one line": process("-c", _CLI, "tag", "-", given='{"id": 1, "text": "更新不及时。"}\n'),
}
#: what is compared: name, what a user would take, ours, the goal (0: none)
PAIRS: tuple[tuple[str, str, str, float], ...] = (
    ("everything, against the naive script, two processes each", "naive, two processes", "mine, two processes", 2),
    ("everything, against the naive script, one process each", "naive, one process", "mine, one process", 2),
    ("the naive script's job, one process", "naive, one process", "count_labels, one process", 10),
    ("the naive script's job, two processes against its one", "naive, one process", "count_labels, two processes", 18),
    ("the same without the Rust wheel", "naive, one process", "count_labels, one process, pure jieba", 4),
    ("words, jieba with our dictionary", "jieba", "Segmenter", 0),
    ("themes of distinct statements", "scikit-learn pipeline", "tagger", 0),
    ("TF-IDF keywords", "jieba.analyse.extract_tags", "keywords, tfidf", 0),
    ("tables of real PDF files", "pdfplumber, tables", "read_page_grids", 7),
    ("text of real PDF files", "pdfplumber, text", "read_page_texts", 20),
    ("tables of HTML pages", "pandas.read_html", "read, HTML", 0),
)
FORMATS = [name for name in TASKS if name.startswith("mine, ") and "process" not in name]
STARTS = {"import textmine": 0.15, "textmine --help": 0.2, "textmine tag, one line": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument(
        "--real", type=Path, help="folder of published PDF reports; without it, those of the demo corpus"
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--save", type=Path, help="a Markdown file to write the table to")
    parser.add_argument("--slope", type=int, nargs="+", metavar="N")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--place", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        do_task(given.task, given.place)
    elif given.slope:
        print(measure_slope(given.slope))
    else:
        rounds, reports, statements = (2, 200, 1000) if given.quick else (given.rounds, given.reports, given.statements)
        text = measure(rounds, reports, statements, given.real)
        print(text)
        if given.save:
            given.save.write_text(text + "\n", "utf-8")


def do_task(name: str, place: str) -> None:
    known = json.loads(place)
    where = Place(
        Path(known["reports"]),
        Path(known["model"]),
        Path(known["scratch"]),
        [Path(path) for path in known["pdfs"]],
        known["statements"],
    )
    sys.path.insert(0, str(HERE))
    work = TASKS[name](where)
    began = time.perf_counter()
    work()
    print(json.dumps({"seconds": time.perf_counter() - began, **FACTS}))


def measure(rounds: int, reports: int, statements: int, real: Path | None) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdfs = sorted((real or DEMO).rglob("*.pdf"))
        pdfs = [path for path in pdfs if "scan" not in path.name]
        script = [sys.executable, str(HERE / "generate.py"), str(folder / "reports"), "--count", str(reports)]
        subprocess.run([*script, "--seed", str(SEED)], check=True)
        subprocess.run([sys.executable, str(HERE / "naive.py"), "train", str(folder / "naive.npz")], check=True)
        place = {
            "reports": str(folder / "reports"),
            "model": str(folder / "naive.npz"),
            "scratch": name,
            "pdfs": [str(path) for path in pdfs],
            "statements": statements,
        }
        times: dict[str, list[float]] = {task: [] for task in TASKS}
        facts: dict[str, dict[str, Any]] = {}
        for number in range(rounds):
            for task in TASKS:
                done = _run_task(task, place)
                times[task].append(done.pop("seconds"))
                facts[task] = done
                print(f"round {number + 1}: {task}: {times[task][-1]:.3f} s", file=sys.stderr)
            for old in folder.glob("tmp*"):
                shutil.rmtree(old, ignore_errors=True)
        return write_table(times, facts, rounds, reports, statements, len(pdfs), "published" if real else "demo")


def _run_task(task: str, place: dict[str, Any]) -> dict[str, Any]:
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, str(Path(__file__)), "--task", task, "--place", json.dumps(place)]
    done = subprocess.run(command, env={**os.environ, **threads}, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return answer


def write_table(
    times: dict[str, list[float]],
    facts: dict[str, dict[str, Any]],
    rounds: int,
    reports: int,
    statements: int,
    pdfs: int,
    which: str,
) -> str:
    """Return the tables of ratios, formats and start-up in Markdown."""
    middle = {task: statistics.median(values) for task, values in times.items()}
    lines = [
        f"Measured on {date.today().isoformat()} with `scripts/bench/run.py` on {os.cpu_count()} cores",
        f"({platform.machine()}, Python {platform.python_version()}): {reports:,} generated reports, about 60 % of",
        f"their statements repeats; {statements:,} distinct statements; {pdfs} {which} PDF files.",
        f"Medians of {rounds} rounds, in each of which every task runs once in a process of its own.",
        "",
        "| what | instead | ours | ratio | goal |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, theirs, ours, goal in PAIRS:
        ratio = statistics.median(a / b for a, b in zip(times[theirs], times[ours], strict=True))
        aim = f"{goal:g}" if goal else ""
        lines.append(f"| {name} | {middle[theirs]:.2f} s | {middle[ours]:.2f} s | **{ratio:.1f}** | {aim} |")
    lines += ["", "| mining, one core | ms a report |", "|---|---:|"]
    lines.append(f"| text, generated | {1000 * middle['mine, one process'] / reports:.1f} |")
    for task in FORMATS:
        lines.append(
            f"| {task.removeprefix('mine, ')}, demo corpus | {1000 * middle[task] / facts[task]['reports']:.1f} |"
        )
    lines += [
        "",
        "| whole process | seconds | goal |",
        "|---|---:|---:|",
        f"| `python -c pass` | {middle['python -c pass']:.2f} | |",
    ]
    lines += [f"| {task} | {middle[task]:.2f} | {goal:g} |" for task, goal in STARTS.items()]
    return "\n".join(lines)


# --- memory ---------------------------------------------------------------------------------------


def measure_slope(counts: list[int]) -> str:
    """Return a table of the peak memory and time of whole runs of so many reports, with two processes."""
    lines = [
        "| reports | seconds | reports a second | peak memory, all processes | frames | parts |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = [sys.executable, str(HERE / "generate.py"), str(folder / "reports"), "--count", str(max(counts))]
        subprocess.run([*script, "--seed", str(SEED)], check=True)
        files = sorted((folder / "reports").iterdir())
        for count in counts:
            part, out = folder / f"in-{count}", folder / f"out-{count}"
            part.mkdir()
            for path in files[:count]:
                os.link(path, part / path.name)
            command = [sys.executable, "-c", _CLI, "mine", str(part), "-o", str(out), "--jobs", "2", "-q"]
            began = time.perf_counter()
            process = subprocess.Popen(command)
            peak = watch_memory(process)
            if process.returncode:
                sys.exit(f"mining {count} reports failed")
            seconds = time.perf_counter() - began
            sizes = [
                sum(path.stat().st_size for path in found) / 1e6
                for found in (out.glob("*.parquet"), out.glob(".parts/*"))
            ]
            lines.append(
                f"| {count:,} | {seconds:.1f} | {count / seconds:.0f} | {peak / 1e6:.0f} MB "
                f"| {sizes[0]:.1f} MB | {sizes[1]:.1f} MB |"
            )
            shutil.rmtree(out)
            shutil.rmtree(part)
    return "\n".join(lines)


def watch_memory(process: subprocess.Popen[bytes]) -> float:
    """Return the highest sum of the proportional memory of a process and those that it started, in bytes."""
    peak = 0.0
    done = threading.Event()

    def look() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, sum(map(_memory, _family(process.pid))))

    thread = threading.Thread(target=look)
    thread.start()
    process.wait()
    done.set()
    thread.join()
    return peak


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _memory(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) * 1024
    except OSError:
        pass
    return 0.0


if __name__ == "__main__":
    main()
