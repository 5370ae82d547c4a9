"""`memsvc evaluate` as a user sees it: exact figures, honest comparisons, and what was left out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from typer.testing import CliRunner, Result

from memsvc.__main__ import app
from memsvc.cli.measured import interval_of
from memsvc.core.evaluation import mean_of, metrics_of, ranks_of
from memsvc.v1.memory_pb2 import MemoryKind
from memsvc.v1.memory_service_pb2 import EvaluateRequest, EvaluateResponse
from memsvc.v1.ranking_pb2 import RankingWeights
from tests.cli import samples
from tests.cli.conftest import Lines
from tests.cli.fake_evaluator import Context, FakeEvaluator, answers, fails

#: Runs `memsvc evaluate` with the arguments.
Evaluate = Callable[..., Result]

#: What is found for every question, best first, with all parts.
FOUND = [f"m{place}" for place in range(1, 31)]


@pytest.fixture
def evaluator(surroundings: None) -> Iterator[FakeEvaluator]:
    """A server of the test's own, which finds the same for every question, words or not."""
    with FakeEvaluator() as server:
        server.ranking = _ranking
        yield server


@pytest.fixture
def evaluate(evaluator: FakeEvaluator) -> Evaluate:
    """`memsvc evaluate` on the fake server."""

    def run(file: Path | str, *arguments: str, typed: str = "") -> Result:
        command = ["evaluate", str(file), "--target", evaluator.target, *arguments]
        return CliRunner().invoke(app, command, input=typed)

    return run


def _ranking(_: str, weights: RankingWeights) -> list[str]:
    """Return the right order if both parts count, the reverse without words, else nothing."""
    if weights.semantic and weights.keyword:
        return FOUND
    return FOUND[::-1] if weights.semantic else []


def _questions(count: int) -> list[dict[str, Any]]:
    return [
        {
            "user_id": f"user{number % 3}",
            "query": f"question {number}",
            "relevant_ids": [f"m{1 + number % 40}", f"m{2 + number * 7 % 50}"],
        }
        for number in range(count)
    ]


def _document(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _close(document: Any) -> Any:
    """Return *document* with its numbers rounded, as sums in another order may differ a little."""
    return json.loads(json.dumps(document), parse_float=lambda text: round(float(text), 12))


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_the_figures_of_calls_are_those_of_the_whole(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines, batch: int
) -> None:
    """However many questions a call takes, means and arms are those over all of them."""
    questions = _questions(45)

    result = evaluate(lines(*questions), "--batch", str(batch), "--json")

    assert result.exit_code == 0, result.stderr
    document = _document(result)
    ranks = [ranks_of(FOUND[:20], each["relevant_ids"]) for each in questions]
    reverse = [ranks_of(FOUND[::-1][:20], each["relevant_ids"]) for each in questions]
    whole = mean_of(map(metrics_of, ranks))
    assert document["metrics"]["query_count"] == 45
    assert document["metrics"]["mean_reciprocal_rank"] == pytest.approx(whole.mean_reciprocal_rank)
    assert document["metrics"]["ndcg"] == pytest.approx(whole.ndcg)
    for cut in document["metrics"]["cuts"]:
        assert cut["recall"] == pytest.approx(whole.at(cut["cut"]).recall)
        assert cut["any"] == pytest.approx(whole.at(cut["cut"]).any)
    assert [each["ranks"] for each in document["queries"]] == [list(each) for each in ranks]
    assert [each["place"] for each in document["queries"]] == [f"line {n}" for n in range(1, 46)]
    arms = {arm["arm"]: arm for arm in document["arms"]}
    assert list(arms) == ["semantic", "keyword", "context.speaker", "context.time"]
    wordless = mean_of(map(metrics_of, reverse))
    assert arms["keyword"]["without"]["query_count"] == 45
    assert arms["keyword"]["without"]["cuts"][2]["recall"] == pytest.approx(wordless.at(10).recall)
    assert arms["semantic"]["alone"]["ndcg"] == pytest.approx(wordless.ndcg)
    assert _close(arms["context.time"]["without"]) == _close(document["metrics"])
    assert arms["context.time"]["alone"] is None
    assert max(evaluator.sizes()) <= batch
    assert sum(evaluator.sizes()) == 45


def test_the_json_keeps_its_names(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """Who reads it by machine finds the same names; no text of a question stands in it."""
    evaluator.degraded = {"question 1"}

    result = evaluate(lines(*_questions(4)), "--json", "--weight", "keyword=0.2", "--compare")

    document = _document(result)
    assert document["schema"] == "memsvc.evaluate.v1"
    assert set(document) == {
        *("schema", "limit", "kinds", "left_out", "faults", "weights", "metrics", "latency_ms"),
        *("degraded_count", "categories", "arms", "comparison", "queries"),
    }
    assert set(document["metrics"]) == {"query_count", "cuts", "mean_reciprocal_rank", "ndcg"}
    assert set(document["arms"][0]) == {"arm", "without", "alone"}
    assert set(document["comparison"]) == {
        *("weights", "metrics", "latency_ms", "degraded_count", "categories", "differences"),
    }
    assert set(document["comparison"]["differences"][0]) == {"figure", "difference", "interval_95"}
    assert set(document["queries"][0]) == {
        *("place", "category", "ranks", "duration_ms", "degraded", "default_ranks"),
    }
    assert document["latency_ms"] == {"p50": 2, "p95": 4}
    assert document["degraded_count"] == 1
    assert document["weights"]["keyword"] == pytest.approx(0.2)
    assert document["comparison"]["weights"]["keyword"] == pytest.approx(0.47)
    assert "question" not in result.stdout.replace("questions", "")


def test_figures_stand_by_category_too(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """A line's label groups its figures, is not sent, and may be missing or a number."""
    easy = {"user_id": "ana", "query": "a", "relevant_ids": ["m1"]}
    hard = {"user_id": "ana", "query": "b", "relevant_ids": ["m11"]}
    file = lines({**easy, "category": "easy"}, {**hard, "category": 7}, {**hard, "category": None})

    document = _document(evaluate(file, "--json"))
    told = evaluate(file).stdout

    by_label = {each["category"]: each["metrics"] for each in document["categories"]}
    assert {label: metrics["query_count"] for label, metrics in by_label.items()} == {
        "easy": 1,
        "7": 1,
        None: 1,
    }
    assert by_label["easy"]["cuts"][0]["recall"] == 1
    assert by_label["7"]["mean_reciprocal_rank"] == pytest.approx(1 / 11)
    assert "easy" in told
    assert not evaluate(lines(easy), "--json").stdout.count("easy")


def test_a_person_reads_tables(evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines) -> None:
    """Everything that was found out stands in 80 columns: figures, parts, latency, and the lost."""
    evaluator.degraded = {"question 0"}

    result = evaluate(lines(*_questions(40)), "--weight", "semantic=0.3", "--compare")

    assert result.exit_code == 0, result.stderr
    told = result.stdout
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told
    for text in ("R@1 ", "R@5", "R@10", "R@20", "any@10", "nDCG@10", "MRR", "95 % interval"):
        assert text in told
    assert "context.speaker" in told
    assert "1 degraded" in told
    assert "40 questions; in the server 20.0 ms at the median" in told
    assert "with nothing right among 20 results: line" in told
    assert "semantic 0.3, keyword 0.47" in told
    assert not result.stderr


def test_the_options_go_with_every_call(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights, limit, kinds, arms and the credential are those that were given."""
    monkeypatch.setenv("MEMSVC_API_KEY", "from-environment")
    weights = ("--weight", "semantic=0.3", "--weight", "context.speaker=0")
    more = ("--limit", "5", "--kind", "note", "--kind", "fact", "--no-arms", "--batch", "2")

    result = evaluate(lines(*_questions(3)), *weights, *more, "--json")

    document = _document(result)
    assert len(evaluator.requests) == 2
    for request, metadata in zip(evaluator.requests, evaluator.metadata, strict=True):
        assert (request.weights.semantic, request.weights.context_weights.speaker) == (0.3, 0)
        assert request.weights.context_weights.HasField("speaker")
        assert not request.weights.HasField("keyword")
        assert request.limit == 5
        assert request.kinds == [MemoryKind.MEMORY_KIND_NOTE, MemoryKind.MEMORY_KIND_FACT]
        assert not request.arms
        assert metadata["authorization"] == "Bearer from-environment"
    assert [cut["cut"] for cut in document["metrics"]["cuts"]] == [1, 5]
    assert (document["arms"], document["kinds"]) == ([], ["note", "fact"])
    assert evaluate(lines(*_questions(3)), "--limit", "5").exit_code == 0


def test_weights_are_compared_over_the_same_questions(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """The difference is that of the means, its interval holds it, and again is the same."""
    file = lines(*_questions(60))
    given = ("--weight", "keyword=0", "--compare", "--json")

    document = _document(evaluate(file, *given))
    again = _document(evaluate(file, *given))

    recall, rank = document["comparison"]["differences"]
    ours, theirs = document["metrics"], document["comparison"]["metrics"]
    assert (recall["figure"], rank["figure"]) == ("recall@10", "mean_reciprocal_rank")
    expected = ours["cuts"][2]["recall"] - theirs["cuts"][2]["recall"]
    assert recall["difference"] == pytest.approx(expected)
    for difference in (recall, rank):
        low, high = difference["interval_95"]
        assert low < difference["difference"] < high
    assert again["comparison"]["differences"] == document["comparison"]["differences"]
    assert [request.arms for request in evaluator.requests[:6]] == [True] * 3 + [False] * 3
    assert all(not request.weights.ListFields() for request in evaluator.requests[3:6])


def test_the_interval_is_that_of_the_mean_of_the_differences() -> None:
    """It agrees with the normal one where that holds, and is a point where nothing differs."""
    low, high = interval_of([0.0, 1.0] * 200)

    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.004)
    assert high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.004)
    assert interval_of([0.0] * 5) == (0, 0)
    assert interval_of([0.25]) == (0.25, 0.25)


def test_what_cannot_be_asked_is_listed_and_the_rest_is_measured(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """Bad lines are named with their reasons, and the status is 1."""
    file = lines(
        *_questions(1),
        "no JSON",
        "",
        [1],
        {"query": "whose?", "relevant_ids": ["m1"]},
        {"user_id": "ana", "query": "", "relevant_ids": ["m1"]},
        *({"user_id": "ana", "query": "x", "relevant_ids": []} for _ in range(20)),
        *_questions(1),
    )

    result = evaluate(file, "--json")
    told = evaluate(file)

    assert (result.exit_code, told.exit_code) == (1, 1)
    assert evaluator.sizes() == [2, 2]
    document = _document(result)
    assert document["metrics"]["query_count"] == 2
    assert len(document["faults"]) == 24
    assert document["faults"][1] == {"place": "line 4", "reason": "it is not an object"}
    assert "24 faulty:" in result.stderr
    assert "line 2: it is not JSON" in result.stderr
    assert "line 5: it names no user_id, and --user-id is not given" in result.stderr
    assert "line 6: it has no query" in result.stderr
    assert "line 7: it has 0 relevant_ids, 1 to 100 are allowed" in result.stderr
    assert "and 4 more" in result.stderr
    assert "24 faulty" in told.stdout


def test_standard_input_and_a_user_for_lines_without_one(
    evaluator: FakeEvaluator, evaluate: Evaluate
) -> None:
    """A pipe can be measured; --user-id holds where a line names nobody."""
    nobody, ben = ({"query": "x", "relevant_ids": ["m1"], "user_id": user} for user in ("", "ben"))

    result = evaluate("-", "--user-id", "ana", typed=f"{json.dumps(nobody)}\n{json.dumps(ben)}\n")

    assert result.exit_code == 0, result.stderr
    assert [query.user_id for query in evaluator.requests[0].queries] == ["ana", "ben"]


def test_questions_of_locomo_name_what_its_import_stores(
    evaluator: FakeEvaluator, evaluate: Evaluate, tmp_path: Path
) -> None:
    """A sample's questions ask its user for the ids of imported turns; those without are left out."""
    (sample,) = samples.locomo()
    sample["qa"] = [
        {"question": "What flew?", "evidence": ["D2:1; D2:2", "D9:9", "D2:1"], "category": 2},
        {"question": "When was it new?", "evidence": ["D10:1", "D2:1"], "category": 1},
        {"question": "Who was silent?", "evidence": ["D2:2"], "category": 4},
        {"question": "What was never said?", "evidence": ["D2:1"], "category": 5},
        {"question": "What has no turns?", "category": 3},
        {"evidence": ["D2:1"], "category": 1},
    ]
    file = tmp_path / "pairs.json"
    file.write_text(json.dumps([sample, {"sample_id": "pair-2", "conversation": {}}], indent=1))

    result = evaluate(file, "--json")

    assert result.exit_code == 1
    assert "sample 1, question 6: 'question' is missing" in result.stderr
    assert "sample 2: 'qa' is missing" in result.stderr
    asked = [(q.user_id, q.query, list(q.relevant_ids)) for q in evaluator.requests[0].queries]
    assert asked == [
        ("pair-1", "What flew?", ["pair-1:D2:1"]),
        ("pair-1", "When was it new?", ["pair-1:D10:1", "pair-1:D2:1"]),
    ]
    document = _document(result)
    assert document["left_out"] == 3
    assert [each["category"] for each in document["categories"]] == ["multi-hop", "temporal"]


def test_what_cannot_be_used_is_told_in_one_line(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines, tmp_path: Path
) -> None:
    """A bad file, key, weight or comparison ends with status 2, one sentence and no call."""
    good = _questions(1)
    (sample,) = samples.locomo()
    nobody = {"query": "x", "relevant_ids": ["m1"]}
    for result, sentence in (
        (evaluate(tmp_path), "cannot be read: Is a directory."),
        (evaluate(tmp_path / "missing"), "cannot be read: No such file or directory."),
        (evaluate(lines()), "talk.jsonl holds no labelled query."),
        (evaluate("-"), "standard input holds no labelled query."),
        (evaluate(lines("tea", "rain")), "can be used; line 1: it is not JSON"),
        (evaluate(lines(nobody)), "does not say whose memory is asked: give --user-id."),
        (evaluate(lines(sample)), "holds no labelled query."),
        (evaluate(lines(*good), "--api-key", "schlüssel"), "printable ASCII"),
        (evaluate(lines(*good), "--compare"), "--compare needs a --weight"),
        (evaluate(lines(*good), "--weight", "luck=1"), "there is no weight 'luck', but semantic, "),
        (evaluate(lines(*good), "--weight", "semantic=11"), "a number from 0 to 10."),
    ):
        assert result.exit_code == 2, result.stderr
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert sentence in result.stderr
    assert evaluate(lines(*good), "--limit", "101").exit_code == 2
    assert evaluate(lines(*good), "--batch", "101").exit_code == 2
    assert not evaluator.requests


def test_a_call_that_fails_in_passing_is_made_again(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """A server that restarts costs nothing but time; each question counts once."""
    evaluator.plan.extend([answers, fails(grpc.StatusCode.UNAVAILABLE)])

    result = evaluate(lines(*_questions(3)), "--batch", "2", "--json")

    assert result.exit_code == 0, result.stderr
    assert evaluator.sizes() == [2, 1, 1]
    assert "trying again" in result.stderr
    assert _document(result)["metrics"]["query_count"] == 3


def test_a_server_that_does_not_answer_is_told_with_status_3(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """It is asked several times where that may help, once where it does not; then it is told why."""
    for code, calls, sentence in (
        (grpc.StatusCode.UNAVAILABLE, 3, "cannot be reached (UNAVAILABLE: as planned)."),
        (grpc.StatusCode.INVALID_ARGUMENT, 1, "refuses the evaluation (INVALID_ARGUMENT: as "),
        (grpc.StatusCode.UNAUTHENTICATED, 1, "refuses the evaluation (UNAUTHENTICATED: as "),
        (grpc.StatusCode.UNIMPLEMENTED, 1, "refuses the evaluation (UNIMPLEMENTED: as planned)."),
    ):
        evaluator.requests.clear()
        evaluator.plan.extend([fails(code)] * calls)

        result = evaluate(lines(*_questions(1)), "--json")

        assert (result.exit_code, result.stdout) == (3, "")
        assert f"The server at {evaluator.target} {sentence}" in result.stderr
        assert len(evaluator.requests) == calls


def test_fewer_questions_are_asked_at_a_time_where_the_time_is_too_short(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """A call that took too long is halved, and those after it too, until one question is too much."""
    slow = fails(grpc.StatusCode.DEADLINE_EXCEEDED)
    evaluator.plan.extend([slow, slow])

    result = evaluate(lines(*_questions(10)), "--batch", "8", "--json")
    assert result.exit_code == 0, result.stderr
    assert evaluator.sizes() == [8, 4, 2, 2, 2, 2, 2]
    assert _document(result)["metrics"]["query_count"] == 10

    evaluator.plan.extend([slow] * 2)
    result = evaluate(lines(*_questions(2)))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "did not answer even one question in time (DEADLINE_EXCEEDED" in result.stderr
    assert "; --no-arms asks for less." in result.stderr


@pytest.mark.parametrize("what", ["query", "rank", "arm", "cut"])
def test_an_answer_to_something_else_is_not_taken(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines, what: str
) -> None:
    """Figures that do not belong to the questions are never printed."""

    def wrong(server: FakeEvaluator, request: EvaluateRequest, _: Context) -> EvaluateResponse:
        response = server.answer(request)
        if what == "query":
            del response.queries[-1]
        elif what == "rank":
            response.queries[0].ranks.append(1)
        elif what == "arm":
            response.arms[0].without.query_count += 1
        else:
            del response.arms[0].alone.cuts[0]
        return response

    evaluator.plan.append(wrong)

    result = evaluate(lines(*_questions(3)))

    assert (result.exit_code, result.stdout) == (3, "")
    assert "its answer does not fit the questions" in result.stderr


@pytest.mark.usefixtures("surroundings")
def test_a_server_that_is_not_there_is_told(lines: Lines) -> None:
    """Nothing is printed as a figure when nobody answers."""
    command = ["evaluate", str(lines(*_questions(1))), "--target", "127.0.0.1:1"]

    result = CliRunner().invoke(app, command)

    assert (result.exit_code, result.stdout) == (3, "")
    assert "The server at 127.0.0.1:1 cannot be reached (UNAVAILABLE" in result.stderr


def test_an_interruption_ends_the_call(evaluator: FakeEvaluator, lines: Lines) -> None:
    """Ctrl-C ends with status 130 and lets the server stop too."""
    called, ended = threading.Event(), threading.Event()

    def wait(_: FakeEvaluator, __: EvaluateRequest, context: Context) -> EvaluateResponse:
        context.add_callback(ended.set)
        called.set()
        assert ended.wait(30)
        return EvaluateResponse()

    evaluator.plan.append(wait)
    command = [sys.executable, "-m", "memsvc", "evaluate", str(lines(*_questions(1)))]

    with subprocess.Popen(
        [*command, "--target", evaluator.target],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert called.wait(60)
        process.send_signal(signal.SIGINT)
        told, why = process.communicate(timeout=60)

    assert (process.returncode, told) == (130, "")
    assert "Interrupted.\n" in why
    assert ended.wait(30)


def test_nothing_that_steers_a_terminal_is_printed(
    evaluator: FakeEvaluator, evaluate: Evaluate, lines: Lines
) -> None:
    """What a file or a server says cannot move the cursor or pretend to be markup."""

    def steering(server: FakeEvaluator, request: EvaluateRequest, _: Context) -> EvaluateResponse:
        response = server.answer(request)
        response.arms[0].arm = "\x1b[2J[bold]arm"
        return response

    evaluator.plan.append(steering)
    (question,) = _questions(1)
    file = lines({**question, "category": "\x1b[2J"}, {**question, "category": "[red]easy"})

    result = evaluate(file)

    assert result.exit_code == 1
    assert "line 1: its category is not one line" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert "[bold]arm" in result.stdout
    assert "[red]easy" in result.stdout
