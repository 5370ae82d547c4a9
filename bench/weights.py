"""How the default weights were chosen, and how others can be, for any conversations with questions.

`python -m bench.weights --data FILE [--target HOST:PORT] [--json OUT] [--report DIR]`, from the
repository's root. FILE is in the layout of LoCoMo (Maharana et al. 2024, arXiv:2402.17753). Without a
target a server is started on a folder of its own. The key of a server that wants one is read from
MEMSVC_API_KEY. Weights are found with one conversation left out at a time and measured on that one,
so that no figure comes from questions that the weights were fitted to. No text of the file gets into
any report.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.command import add_destinations, carry_out
from bench.figures import DEPTH
from bench.locomo import Server, described, target_of
from bench.rescoring import (
    FIGURES,
    Answer,
    Values,
    Weights,
    answers_of,
    objective,
    weights_of,
)
from bench.server import BenchFailed, end_in_order
from bench.weight_search import WeightSearch
from bench.weights_report import (
    DEFAULTS,
    FITTED,
    HELD_OUT,
    OBJECTIVE,
    Fold,
    Means,
    Results,
    report_of,
)
from examples.locomo import Conversation, read_conversations
from memsvc_client import MemoryClient, RankingWeights


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    data: Path
    target: str | None
    json: Path | None
    report: Path


def run(options: Options) -> Results:
    """Ask every question once, search weights, and return what was found."""
    conversations = [each for each in read_conversations(options.data) if each.questions]
    if len(conversations) < 2:
        message = (
            "weights are found on other conversations: the file has to have two with questions"
        )
        raise BenchFailed(message)
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        api_key = os.environ.get("MEMSVC_API_KEY")
        with target_of(options.target) as target, MemoryClient(target, api_key=api_key) as client:
            server = Server(client, uuid4().hex[:12], progress)
            server.ingest(conversations)
            answered, defaults = asked(server, conversations)
        task = progress.add_task("searching weights", total=None)
        search = WeightSearch(answers_of(answered), defaults, lambda: progress.advance(task))
        return results_of(search, conversations, options.data)


def asked(server: Server, conversations: Sequence[Conversation]) -> tuple[list[Answer], Weights]:
    """Return the explained answers to all questions, and the weights that they are ranked by."""
    total = sum(len(conversation.questions) for conversation in conversations)
    task = server.progress.add_task("asking", total=total)
    answered = []
    applied: set[Weights] = set()
    for conversation in conversations:
        for question in conversation.questions:
            reply = server.recall(conversation, question.text, RankingWeights(), explain=True)
            if reply.degraded:
                message = f"an answer is degraded: {', '.join(reply.degraded_reasons)}"
                raise BenchFailed(message)
            answered.append(Answer(question, conversation, reply.results))
            applied.add(weights_of(reply))
            server.progress.advance(task)
    (defaults,) = applied
    return answered, defaults


def results_of(search: WeightSearch, conversations: Sequence[Conversation], data: Path) -> Results:
    """Return what *search* finds with each of *conversations* left out, and with all."""
    rows = list(_rows(conversations))
    everything = [row for each in rows for row in each]
    fitted = search.fitted(everything)
    of_questions = {
        DEFAULTS: search.figures(search.start),
        HELD_OUT: np.empty((len(everything), len(FIGURES))),
        FITTED: search.figures(fitted),
    }
    found = []
    for its_own in rows:
        weights = search.fitted([row for row in everything if row not in its_own])
        of_questions[HELD_OUT][list(its_own)] = search.figures(weights)[list(its_own)]
        found.append(weights)
    return Results(
        data=described(data, conversations),
        requested=DEPTH,
        defaults=search.start,
        fitted=fitted,
        folds=[
            Fold(
                number,
                len(its_own),
                weights,
                {name: means(values[list(its_own)]) for name, values in of_questions.items()},
            )
            for number, (its_own, weights) in enumerate(zip(rows, found, strict=True), 1)
        ],
        means={name: means(values) for name, values in of_questions.items()},
    )


def _rows(conversations: Sequence[Conversation]) -> Iterator[range]:
    """Yield the rows of each conversation's questions."""
    start = 0
    for conversation in conversations:
        stop = start + len(conversation.questions)
        yield range(start, stop)
        start = stop


def means(of_questions: Values) -> Means:
    """Return the means over questions, and the mean of what is searched by."""
    found = dict(zip(FIGURES, of_questions.mean(axis=0).tolist(), strict=True))
    return {**found, OBJECTIVE: float(objective(of_questions).mean())}


def options_of(arguments: Sequence[str]) -> Options:
    """Return the options that the *arguments* of the command line give."""
    parser = argparse.ArgumentParser(prog="python -m bench.weights", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="FILE")
    add("--target", metavar="HOST:PORT", help="a running server, instead of one of its own")
    add_destinations(parser)
    given = parser.parse_args(arguments)
    return Options(given.data, given.target, given.json, given.report)


def main(arguments: Sequence[str]) -> int:
    """Search, report and return the exit status."""
    options = options_of(arguments)
    return carry_out(lambda: report_of(run(options)), options, what="search")


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
