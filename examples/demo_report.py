"""The report of the demo: as tables for a person, as Markdown, as JSON and as one chart."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from rich.text import Text

from examples.locomo import CUTS, Question, Score, Summary, score_of, summaries_by, summary_of
from examples.usual_hybrid import RANKERS, Found

#: So many questions are shown one by one; of more, only the worst.
QUESTIONS_MAX: Final = 30
WORST: Final = 15
#: Of a question and of a hit, in characters.
TEXT_WIDTH: Final = 100
#: A console from this width on shows a question on one line, cut to what the figures leave.
WIDE: Final = 120
FIGURES_WIDTH: Final = 58
NONE: Final = "\u2013"
#: The parts of a score by the heading of their column.
PARTS: Final[Mapping[str, str]] = {
    "semantic": "sem",
    "keyword": "key",
    "context": "ctx",
    "importance": "imp",
    "recency": "rec",
    "confidence": "conf",
}
CHART: Final = "report.png"
CHART_CUTS: Final = (1, 5, 10)
COLOURS: Final = ("#1f6f8b", "#b9c4c9", "#98a6ad", "#77868e")

_MARKED: Final = re.compile(r"<b>(.*?)</b>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hit:
    """The best result for a question."""

    #: "" for what is no turn of the conversation.
    turn_id: str
    text: str
    score: float
    parts: Mapping[str, float]
    matched_terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Recall answered to a question."""

    sample_id: str
    question: Question
    #: The turns, best first.
    found: tuple[str, ...]
    first: Hit | None
    seconds: float
    degraded_reasons: tuple[str, ...]

    @property
    def score(self) -> Score:
        """How well the evidence was found."""
        return score_of(self.found, self.question.evidence)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What was stored."""

    messages: int
    duplicates: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A call whose answer is shown as it is."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a run found out."""

    data: str
    conversations: int
    ingested: Ingested
    answers: tuple[Answer, ...]
    weights: Mapping[str, float]
    baselines: Found
    shown: tuple[Shown, ...]
    seconds: float

    def summaries(self) -> dict[str, Summary]:
        """Return the figures of memsvc and the baselines, by the ranker's name."""
        questions = [answer.question for answer in self.answers]
        rankers = {"memsvc": [answer.found for answer in self.answers], **self.baselines}
        return {
            name: summary_of([
                score_of(turns, question.evidence)
                for turns, question in zip(found, questions, strict=True)
            ])
            for name, found in rankers.items()
        }

    def by_kind(self) -> dict[str, Summary]:
        """Return memsvc's figures by the kind of question."""
        kinds = [answer.question.kind for answer in self.answers]
        return summaries_by(kinds, [answer.score for answer in self.answers])


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are when the demo has ended."""

    report_dir: Path
    server_dir: Path
    #: The address of a server that goes on running, None if it was the demo's own.
    target: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, whatever it is drawn with."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    #: The columns that hold sentences, and those that hold figures; the others hold words.
    sentences: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def sheets(report: Report) -> Iterator[Sheet]:
    """Yield the tables of the report."""
    yield _question_sheet(report)
    yield Sheet(
        f"Evidence found, {len(report.answers)} questions",
        ("ranker", *_SUMMARY_COLUMNS),
        tuple((name, *_figures(summary)) for name, summary in report.summaries().items()),
        "The baselines rank the same turns by the same embeddings: with the speaker's name before "
        "the turn, as memsvc has it, and without. R@k: the share of a question's evidence among "
        "the first k. Results after the 20th count as not found.",
        figures=_SUMMARY_COLUMNS,
    )
    yield Sheet(
        "memsvc by kind of question",
        ("kind", "questions", *_SUMMARY_COLUMNS),
        tuple((kind, str(s.questions), *_figures(s)) for kind, s in report.by_kind().items()),
        figures=("questions", *_SUMMARY_COLUMNS),
    )
    p50, p95 = latency(report.answers)
    ingested = report.ingested
    yield Sheet(
        "Speed, one call after the other",
        ("what", "figure"),
        (
            ("messages", f"{ingested.messages:,} ({ingested.duplicates:,} already there)"),
            ("ingest", f"{ingested.messages / ingested.seconds:,.0f} messages/s"),
            ("Recall p50", f"{p50 * 1000:.1f} ms"),
            ("Recall p95", f"{p95 * 1000:.1f} ms"),
            ("degraded answers", str(sum(bool(a.degraded_reasons) for a in report.answers))),
        ),
    )


_SUMMARY_COLUMNS: Final = (*(f"R@{cut}" for cut in CUTS), "any@10", "MRR")


def _figures(summary: Summary) -> tuple[str, ...]:
    recall = (summary.recall[cut] for cut in CUTS)
    return tuple(f"{figure:.3f}" for figure in (*recall, summary.any_at_10, summary.mrr))


def _question_sheet(report: Report) -> Sheet:
    shown, title, note = list(report.answers), "Questions", ""
    if len(shown) > QUESTIONS_MAX:
        title = f"The {WORST} questions that went worst"
        note = f"{len(shown) - WORST} questions are not shown; report.json has them all. "
        shown = sorted(
            shown, key=lambda answer: (answer.score.reciprocal_rank, _last_recall(answer))
        )
        shown = shown[:WORST]
    # A part without weight says nothing about the rank.
    parts = [part for part in PARTS if report.weights.get(part)]
    formula = " + ".join(f"{report.weights[part]:g}·{PARTS[part]}" for part in parts)
    headings = tuple(PARTS[part] for part in parts)
    return Sheet(
        title,
        ("question", "kind", "rank", "first hit", "score", *headings),
        tuple(_question_row(answer, parts) for answer in shown),
        f"{note}rank: the place of the first evidence among {CUTS[-1]} results, {NONE} for none. "
        f"Score and its parts are the first hit's: score = {formula}.",
        sentences=("question", "first hit"),
        figures=("rank", "score", *headings),
    )


def _last_recall(answer: Answer) -> float:
    return answer.score.recall[CUTS[-1]]


def _question_row(answer: Answer, parts: Sequence[str]) -> tuple[str, ...]:
    rank, hit = answer.score.rank, answer.first
    question = shortened(answer.question.text, TEXT_WIDTH)
    place = NONE if rank is None else str(rank)
    if hit is None:
        return (question, answer.question.kind, place, *[NONE] * (2 + len(parts)))
    text = shortened(f"{hit.turn_id} {hit.text}", TEXT_WIDTH)
    figures = (f"{figure:.2f}" for figure in (hit.score, *(hit.parts[part] for part in parts)))
    return (question, answer.question.kind, place, text, *figures)


def shortened(text: str, width: int) -> str:
    """Return *text* on one line of at most *width* characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def latency(answers: Sequence[Answer]) -> tuple[float, float]:
    """Return the seconds within which half of the answers came, and 95 % of them."""
    p50, p95 = np.percentile([answer.seconds for answer in answers], [50, 95]).tolist()
    return p50, p95


def print_report(console: Console, report: Report) -> None:
    """Print the tables, and what Search and Conscious answered."""
    for sheet in sheets(report):
        console.print(_table(sheet, console.width))
        if sheet.note:
            console.print(Text(sheet.note, style="dim"))
        console.print()
    for shown in report.shown:
        console.print(Text(shown.title, style="bold"))
        for line in shown.lines:
            console.print(Text("  ").append_text(_emphasised(line)))
        console.print()


def _table(sheet: Sheet, width: int) -> Table:
    """Return the sheet for a console; a narrow one gets sentences of several lines, and gaps."""
    lines = 1 if width >= WIDE else 3
    table = Table(title=sheet.title, title_justify="left", title_style="bold", box=None)
    if sheet.sentences and lines > 1:
        table.padding = (0, 1, 1, 1)
    sentence_width = max(12, (width - FIGURES_WIDTH) // 2)
    for column in sheet.columns:
        table.add_column(
            column,
            justify="right" if column in sheet.figures else "left",
            no_wrap=column not in sheet.sentences,
            max_width=sentence_width if column in sheet.sentences else None,
            style="bold" if column == "rank" else "",
        )
    for row in sheet.rows:
        cells = (
            shortened(cell, lines * sentence_width) if column in sheet.sentences else cell
            for column, cell in zip(sheet.columns, row, strict=True)
        )
        # What was said may hold square brackets, which are markup to rich.
        table.add_row(*map(Text, cells), style="bold" if row[0] == "memsvc" else "")
    return table


def _emphasised(line: str) -> Text:
    """Return a line whose matches, between <b> and </b>, stand out."""
    text = Text()
    for place, part in enumerate(_MARKED.split(line)):
        text.append(part, style="bold underline" if place % 2 else "")
    return text


def markdown(report: Report) -> str:
    """Return the report as Markdown; the chart lies beside it."""
    blocks = [f"# memsvc on {report.data}", f"![Recall of memsvc and the baselines]({CHART})"]
    for sheet in sheets(report):
        rules = ["---:" if column in sheet.figures else "---" for column in sheet.columns]
        rows = (sheet.columns, rules, *sheet.rows)
        lines = ("| " + " | ".join(map(_escaped, row)) + " |" for row in rows)
        blocks += [f"## {sheet.title}", "\n".join(lines), sheet.note]
    for shown in report.shown:
        blocks += [f"## {shown.title}", "\n".join(f"    {line}" for line in shown.lines)]
    blocks.append(f"The whole took {report.seconds:.0f} s.")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")


def summary_json(report: Report) -> dict[str, Any]:
    """Return the figures, without the single questions."""
    p50, p95 = latency(report.answers)
    ingested = report.ingested
    return {
        "data": report.data,
        "conversations": report.conversations,
        "questions": len(report.answers),
        "ingest": {
            **asdict(ingested),
            "messages_per_second": ingested.messages / ingested.seconds,
        },
        "recall_latency_ms": {"p50": p50 * 1000, "p95": p95 * 1000},
        "degraded_answers": sum(bool(answer.degraded_reasons) for answer in report.answers),
        "weights": dict(report.weights),
        "rankers": {name: asdict(summary) for name, summary in report.summaries().items()},
        "memsvc_by_kind": {kind: asdict(summary) for kind, summary in report.by_kind().items()},
        "seconds": report.seconds,
    }


def full_json(report: Report) -> dict[str, Any]:
    """Return everything, with what each ranker found for each question."""
    asked = []
    for place, answer in enumerate(report.answers):
        baselines = {name: found[place] for name, found in report.baselines.items()}
        asked.append({**asdict(answer), **asdict(answer.score), "baselines": baselines})
    shown = [asdict(each) for each in report.shown]
    return {**summary_json(report), "shown": shown, "answers": asked}


def draw_chart(report: Report, folder: Path) -> None:
    """Draw recall@1, 5 and 10 of memsvc beside the baselines that see the same text."""
    summaries = report.summaries()
    names = ("memsvc", *RANKERS)
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    places, width = np.arange(len(CHART_CUTS)), 0.8 / len(names)
    for number, (name, colour) in enumerate(zip(names, COLOURS, strict=True)):
        heights = [summaries[name].recall[cut] for cut in CHART_CUTS]
        offset = (number - (len(names) - 1) / 2) * width
        bars = axes.bar(places + offset, heights, width * 0.92, label=name, color=colour)
        axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
    axes.set_xticks(places, [f"recall@{cut}" for cut in CHART_CUTS])
    axes.set_ylim(0, 1)
    axes.set_ylabel("share of the evidence found")
    axes.set_title(
        f"{Path(report.data).name}: {len(report.answers)} questions, "
        f"{report.ingested.messages:,} messages"
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", frameon=False)
    figure.savefig(folder / CHART, dpi=150)


def write_report(report: Report, folder: Path) -> None:
    """Write report.json and report.md beside the chart."""
    text = json.dumps(full_json(report), indent=1, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.md").write_text(markdown(report), encoding="utf-8")


def print_ending(output: Console, report: Report, places: Places) -> None:
    """Tell where the report is and how to look at the server with grpcurl."""
    asked = report.answers[0]
    query = {"user_id": asked.sample_id, "query": asked.question.text, "limit": 3}
    body = shlex.quote(json.dumps(query, ensure_ascii=False))
    address = places.target or "127.0.0.1:50051"
    lines = [
        f"Chart: {places.report_dir / CHART}; all details: report.json and report.md beside it.",
        "",
        "Look at the same server with grpcurl:",
    ]
    if not places.target:
        lines.append(f"  .venv/bin/memsvc serve --data-dir {shlex.quote(str(places.server_dir))}")
    lines += [
        f"  grpcurl -plaintext {address} list",
        f"  grpcurl -plaintext {address} describe memsvc.v1.MemoryService",
        f"  grpcurl -plaintext -d {body} {address} memsvc.v1.MemoryService/Recall",
        "",
        f"The whole took {report.seconds:.0f} s.",
    ]
    for line in lines:
        # One command stays on one line, to be copied.
        output.print(Text(line), soft_wrap=True)
