"""`memsvc evaluate`: how well Recall finds what a team knows to be right, and what to change."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from memsvc.cli.asking import CALL_QUERIES_MAX, LIMIT_MAX, Manner, ServerTooSlow, ask
from memsvc.cli.channel import (
    DEFAULT_TARGET,
    ApiKeyOption,
    Connection,
    CredentialUnusable,
    ServerAddress,
    TargetOption,
    TlsOption,
    connected,
)
from memsvc.cli.evaluation_json import document_of
from memsvc.cli.evaluation_report import EvaluationDisplay, print_report
from memsvc.cli.formats.entries import Fault, UserMissing
from memsvc.cli.formats.labelled import Labelled, Question
from memsvc.cli.formats.question_reading import STANDARD_INPUT, name_of, read_questions
from memsvc.cli.formats.reading import FileUnusable
from memsvc.cli.journal import LISTED_MAX
from memsvc.cli.measured import Measurement, Outcome, Survey
from memsvc.cli.options import command
from memsvc.cli.sending import ServerLost, ServerRefused, retries_told_to
from memsvc.cli.weights import WeightUnusable, weights_of
from memsvc.v1.memory_pb2 import MemoryKind
from memsvc.v1.ranking_pb2 import RankingWeights

#: Exit statuses, beside 0: some lines are faulty; the file or the command cannot be used; the server
#: cannot be reached or refuses; interrupted by the user.
EXIT_FAULTS: Final = 1
EXIT_UNUSABLE: Final = 2
EXIT_SERVER: Final = 3
EXIT_INTERRUPTED: Final = 130


class Kind(StrEnum):
    """What a memory is, in the contract's words."""

    FACT = "fact"
    EPISODE = "episode"
    NOTE = "note"
    SUMMARY = "summary"


_KINDS: Final = {
    Kind.FACT: MemoryKind.MEMORY_KIND_FACT,
    Kind.EPISODE: MemoryKind.MEMORY_KIND_EPISODE,
    Kind.NOTE: MemoryKind.MEMORY_KIND_NOTE,
    Kind.SUMMARY: MemoryKind.MEMORY_KIND_SUMMARY,
}


class NothingToCompare(Exception):
    """--compare was given without a --weight."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "--compare needs a --weight: without one both sides are the server's defaults."
        )


@dataclass(frozen=True)
class EvaluateAsk:
    """What is to be asked, where, and how the answers are to be ranked."""

    file: Annotated[
        Path,
        typer.Argument(
            help="A labelled query a line: user_id, query, relevant_ids, perhaps a category; or "
            f"LoCoMo's samples. {STANDARD_INPUT} for standard input."
        ),
    ]
    target: TargetOption = DEFAULT_TARGET
    api_key: ApiKeyOption = ""
    tls: TlsOption = False
    user_id: Annotated[
        str, typer.Option(help="Whose memory is asked, where a query names nobody.")
    ] = ""
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A weight other than the server's: semantic=0.3, context.speaker=0. Repeatable.",
        ),
    ] = None
    compare: Annotated[
        bool, typer.Option("--compare", help="Measure the server's own weights too.")
    ] = False
    arms: Annotated[bool, typer.Option(help="Measure what each part of the score is good for.")] = (
        True
    )
    limit: Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="Results a question.")] = 20
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Only memories of this kind. Repeatable.")
    ] = None
    batch: Annotated[int, typer.Option(min=1, max=CALL_QUERIES_MAX, help="Questions a call.")] = 20
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, and in which manner."""

    questions: Sequence[Question]
    survey: Survey
    manner: Manner


def plan_of(options: EvaluateAsk) -> Plan:
    """Return the plan for *options*; raise WeightUnusable, NothingToCompare or FileUnusable."""
    weights = weights_of(options.weight or ())
    if options.compare and not options.weight:
        raise NothingToCompare
    kinds = [_KINDS[kind] for kind in options.kind or ()]
    questions, survey = sorted_out(options.file, read_questions(options.file, options.user_id))
    return Plan(questions, survey, Manner(weights, options.limit, kinds, options.arms))


def sorted_out(path: Path, entries: Sequence[Labelled]) -> tuple[list[Question], Survey]:
    """Return the questions among *entries*, and what else there is.

    Raise FileUnusable if there is no question.
    """
    questions = [entry for entry in entries if isinstance(entry, Question)]
    faults = [entry for entry in entries if isinstance(entry, Fault)]
    if not questions:
        raise FileUnusable(_nothing(name_of(path), entries, faults))
    left_out = len(entries) - len(questions) - len(faults)
    return questions, Survey(left_out, [(fault.place, fault.reason) for fault in faults])


def _nothing(name: str, entries: Sequence[Labelled], faults: Sequence[Fault]) -> str:
    if not entries:
        return f"{name} holds no labelled query."
    if not faults:
        return f"{name} holds no question that any of its messages answers."
    if all(isinstance(fault, UserMissing) for fault in faults):
        return f"{name} does not say whose memory is asked: give --user-id."
    first = faults[0]
    return f"{name} holds no labelled query that can be used; {first.place}: {first.reason}."


def measure(options: EvaluateAsk, plan: Plan, display: EvaluationDisplay) -> Outcome:
    """Ask the questions; raise what connected() and ask() do."""
    address = ServerAddress(options.target, options.api_key, options.tls)
    manners = [plan.manner]
    if options.compare:
        # What the parts are good for is asked of the weights given.
        manners.append(replace(plan.manner, weights=RankingWeights(), arms=False))
    with (
        connected(address) as connection,
        display.asking(len(plan.questions) * len(manners)) as count,
        retries_told_to(display.tell),
    ):
        measured = [
            _measured(connection, plan.questions, manner, options.batch, count)
            for manner in manners
        ]
    kinds = tuple(options.kind or ())
    default = measured[1] if options.compare else None
    return Outcome(measured[0], default, plan.survey, options.limit, kinds)


def _measured(
    connection: Connection,
    questions: Sequence[Question],
    manner: Manner,
    size: int,
    count: Callable[[int], None],
) -> Measurement:
    measured = Measurement(manner.cuts)
    for part, response in ask(connection, questions, manner, size):
        measured.add(part, response)
        count(len(part))
    return measured


def _ended(error: Exception, options: EvaluateAsk) -> str:
    server = f"The server at {options.target}"
    if isinstance(error, ServerLost):
        return f"{server} cannot be reached ({error})."
    if isinstance(error, ServerTooSlow):
        advice = "; --no-arms asks for less" if options.arms else ""
        return f"{server} did not answer even one question in time ({error}){advice}."
    return f"{server} refuses the evaluation ({error})."


def run_evaluate(options: EvaluateAsk) -> int:
    """Measure how well Recall finds what you know to be right.

    Nothing is changed in the server. Compare weights with --weight and --compare.
    """
    display = EvaluationDisplay()
    try:
        plan = plan_of(options)
        display.tell_faults(len(plan.survey.faults), plan.survey.faults[:LISTED_MAX])
        outcome = measure(options, plan, display)
    except (FileUnusable, WeightUnusable, NothingToCompare, CredentialUnusable) as error:
        display.tell(str(error))
        return EXIT_UNUSABLE
    except (ServerLost, ServerRefused, ServerTooSlow) as error:
        display.tell(_ended(error, options))
        return EXIT_SERVER
    except KeyboardInterrupt:
        display.tell("Interrupted.")
        return EXIT_INTERRUPTED
    if options.as_json:
        typer.echo(json.dumps(document_of(outcome)))
    else:
        print_report(outcome)
    return EXIT_FAULTS if plan.survey.faults else 0


#: The verb, for the command line.
evaluate_file = command(EvaluateAsk, run_evaluate)
