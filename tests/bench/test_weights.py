"""Weights: what is scored again is what the server would score, and no figure is of fitted questions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.progress import Progress

from bench import weights
from bench.figures import figure_names, figures_of
from bench.locomo import Server, turn_id
from bench.rescoring import (
    CONTEXT_PARTS,
    FIGURES,
    NAMES,
    PARTS,
    Answer,
    Answers,
    Weights,
    answers_of,
    figures,
    objective,
    order,
    scores,
    weights_of,
)
from bench.weight_search import WeightSearch, scaled
from bench.weights import asked, results_of
from bench.weights_report import DEFAULTS, FITTED, HELD_OUT
from examples.locomo import Conversation, read_conversations
from memsvc_client import MemoryClient, RankingWeights, RecallResponse
from tests.bench.talk import SPEAKERS
from tests.support.server import ServerProcess

OTHER = RankingWeights(semantic=0.9, keyword=0.05, context=0.3, importance=0.0, recency=0.4)
OTHER.context_weights.conversation_keyword = 2.0
OTHER.context_weights.speaker = 0.0


@pytest.fixture(scope="module")
def conversations(data: Path) -> list[Conversation]:
    """The conversations of the made-up file."""
    return read_conversations(data)


@pytest.fixture(scope="module")
def stored(client: MemoryClient, conversations: list[Conversation]) -> Server:
    """The shared server with the conversations."""
    server = Server(client, "weights", Progress(disable=True))
    server.ingest(conversations)
    return server


@pytest.fixture(scope="module")
def answered(stored: Server, conversations: list[Conversation]) -> tuple[list[Answer], Weights]:
    """The explained answers, and the weights that they are ranked by."""
    return asked(stored, conversations)


def _ids(answer: Answer, best_first: np.ndarray[Any, np.dtype[np.intp]]) -> list[str]:
    """The memory ids in the order of rows that are sorted by id."""
    by_id = sorted(hit.memory.memory_id for hit in answer.results)
    return [by_id[place] for place in best_first if place < len(by_id)]


def test_the_servers_weights_give_the_servers_scores_and_order(
    answered: tuple[list[Answer], Weights],
) -> None:
    """To the last bit: a tie of the server is a tie here."""
    answers, defaults = answered
    columns = answers_of(answers)
    found = scores(columns, defaults)

    for row, answer in enumerate(answers):
        by_id = sorted(answer.results, key=lambda hit: hit.memory.memory_id)
        assert found[row][: len(by_id)].tolist() == [hit.score for hit in by_id]
        best_first = order(columns, defaults)[row]
        assert _ids(answer, best_first) == [hit.memory.memory_id for hit in answer.results]


def test_other_weights_give_what_the_server_would_answer_under_them(
    stored: Server, conversations: list[Conversation], answered: tuple[list[Answer], Weights]
) -> None:
    """All memories fit into an answer, so that nothing is missing from the one under the defaults."""
    answers, _ = answered
    columns = answers_of(answers)

    for row, answer in enumerate(answers):
        reply: RecallResponse = stored.recall(answer.conversation, answer.question.text, OTHER)
        best_first = order(columns, weights_of(reply))[row]
        assert _ids(answer, best_first) == [hit.memory.memory_id for hit in reply.results]


def test_figures_are_those_of_the_other_measurements(
    answered: tuple[list[Answer], Weights],
) -> None:
    """Turns and sessions are counted as `bench.locomo` counts them."""
    answers, defaults = answered
    names = figure_names(20)

    for answer, row in zip(answers, figures(answers_of(answers), defaults), strict=True):
        session_of = {turn.turn_id: turn.session_id for turn in answer.conversation.turns}
        found = [turn_id(hit, frozenset(session_of)) for hit in answer.results]
        expected = dict(zip(names, figures_of(found, answer.question, session_of, 20), strict=True))
        assert row.tolist() == pytest.approx([expected[name] for name in FIGURES])


def _toy(questions: int = 40, results: int = 30) -> Answers:
    """Answers in which the keyword alone tells what is evidence, the importance misleads."""
    generator = np.random.default_rng(3)
    relevant = np.zeros((questions, results), np.bool_)
    relevant[np.arange(questions), generator.integers(results, size=questions)] = True
    parts = generator.random((questions, results, len(PARTS)))
    parts[:, :, PARTS.index("keyword")] = 0.5 * parts[:, :, 1] + 0.5 * relevant
    parts[:, :, PARTS.index("importance")] = ~relevant
    context = generator.random((questions, results, len(CONTEXT_PARTS)))
    context[::2, :, CONTEXT_PARTS.index("time")] = np.nan
    sessions = np.tile(np.arange(results) // 5, (questions, 1))
    relevant_sessions = np.zeros((questions, results // 5), np.bool_)
    relevant_sessions[np.arange(questions), sessions[relevant]] = True
    return Answers(
        parts=parts,
        context=context,
        present=np.ones((questions, results), np.bool_),
        relevant=relevant,
        evidence=relevant.sum(axis=1),
        sessions=sessions,
        relevant_sessions=relevant_sessions,
    )


START: Weights = (0.2, 0.2, 0.2, 0.2, 0.1, 0.1, *[0.1] * len(CONTEXT_PARTS))


def test_a_search_finds_what_tells_evidence_and_drops_what_misleads() -> None:
    """Twice from the start it finds the same, and it is better on the questions that it saw."""
    toy = _toy()
    search = WeightSearch(toy, START, lambda: None)
    found = search.fitted(range(40))

    assert found == WeightSearch(toy, START, lambda: None).fitted(range(40))
    assert found[NAMES.index("keyword")] > START[NAMES.index("keyword")]
    assert found[NAMES.index("importance")] == 0
    better = objective(figures(toy, found)).mean() - objective(figures(toy, START)).mean()
    assert better > 0.5


def test_a_search_sees_only_the_questions_that_it_is_given() -> None:
    """What the other questions hold does not matter: a held-out figure owes nothing to itself."""
    toy = _toy()
    swapped = replace(toy, relevant=np.where(np.arange(40)[:, None] < 30, toy.relevant, False))

    first = WeightSearch(toy, START, lambda: None).fitted(range(30))

    assert WeightSearch(swapped, START, lambda: None).fitted(range(30)) == first


def test_only_proportions_of_weights_change_an_order() -> None:
    """Parts among parts, and the context's parts among themselves."""
    toy = _toy()
    proportions = scaled((*[2.0] * len(PARTS), *[3.0] * len(CONTEXT_PARTS)))

    assert sum(proportions[: len(PARTS)]) == pytest.approx(1)
    assert sum(proportions[len(PARTS) :]) == pytest.approx(1)
    doubled = tuple(2 * weight for weight in START)
    assert np.array_equal(order(toy, START), order(toy, doubled))


def test_results_name_what_they_are_fitted_to(
    answered: tuple[list[Answer], Weights], conversations: list[Conversation], data: Path
) -> None:
    """Held out, each conversation has weights that the other one gave."""
    answers, defaults = answered
    search = WeightSearch(answers_of(answers), defaults, lambda: None)

    results = results_of(search, conversations, data)

    assert [fold.questions for fold in results.folds] == [3, 3]
    assert results.folds[0].weights == search.fitted(range(3, 6))
    assert set(results.means) == {DEFAULTS, HELD_OUT, FITTED}
    assert results.means[FITTED]["objective"] >= results.means[DEFAULTS]["objective"]
    for name, means in results.means.items():
        parts = [fold.means[name]["recall@10"] for fold in results.folds]
        assert means["recall@10"] == pytest.approx(sum(parts) / 2)


def test_the_command_writes_figures_and_no_text_of_the_data(
    data: Path, server: ServerProcess, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Data may be shared under terms that a report cannot keep."""
    arguments = ["--data", str(data), "--target", server.target, "--report", str(tmp_path)]

    assert weights.main([*arguments, "--json", str(tmp_path / "out.json")]) == 0

    told = json.loads((tmp_path / "out.json").read_text())
    assert list(told["defaults"]) == list(NAMES)
    assert [each["conversation"] for each in told["conversations"]] == [1, 2]
    assert (tmp_path / "weights-conversations.svg").exists()
    words = [*SPEAKERS, "tandem", "Ghent", "theremin", "Ptolemy", "sample-", "talk.json"]
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text]


def test_one_conversation_is_too_few(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weights for it would have to be found on it."""
    path = tmp_path / "one.json"
    path.write_text(json.dumps(json.loads(data.read_text(encoding="utf-8"))[:1]), encoding="utf-8")

    assert weights.main(["--data", str(path)]) == 1
    assert "has to have two" in capsys.readouterr().err
