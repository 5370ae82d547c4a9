"""The runners: one program a language that does what it is told, a JSON line a command."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
#: The longest that a command may take, in seconds; none is meant to take longer than ten.
COMMAND_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Language:
    """A client, and how its runner is started."""

    #: As it is called in the table.
    title: str
    #: Its folder under clients/.
    folder: str
    #: What runs it, under its folder; further words are arguments.
    command: str = "build/driver"
    #: Which needs of a scenario it cannot fill.
    lacks: frozenset[str] = frozenset()
    #: It speaks to the server through the gateway, as a browser does.
    through_gateway: bool = False

    def argv(self) -> list[str]:
        """Return the command line of the runner."""
        program, *arguments = self.command.split()
        return [str(ROOT / "clients" / self.folder / program), *arguments]

    @property
    def is_built(self) -> bool:
        """Whether `make -C clients/... driver` has been run."""
        return Path(self.argv()[0]).exists()


LANGUAGES: Final = (
    Language("Python", "python"),
    Language(
        "Python, threads",
        "python",
        "build/driver --threads",
        lacks=frozenset({"cancel_client_stream"}),
    ),
    Language("Python, oldest gRPC", "python", "build/driver-oldest"),
    Language(
        "Python 0.1",
        "python",
        "build/driver-released",
        lacks=frozenset({"unreleased"}),
    ),
    Language("Go", "go"),
    Language("TypeScript", "typescript"),
    Language(
        "TypeScript, gRPC-Web",
        "typescript",
        "build/driver --web",
        lacks=frozenset({"client_stream", "cancel_client_stream", "tls", "own_server"}),
        through_gateway=True,
    ),
    Language("Java", "java"),
    Language("Rust", "rust"),
)


class Driver:
    """A running runner."""

    def __init__(self, language: Language, log: Path) -> None:
        """Start it; what it says on stderr goes to *log*."""
        self.language = language
        self._log = log
        self._count = 0
        with log.open("a", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                language.argv(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
            )

    def ask(self, **command: Any) -> dict[str, Any]:
        """Return the answer to *command*: `response`, `error` or both; fail if it cannot be done."""
        self._count += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        timer = threading.Timer(COMMAND_SECONDS, self._process.kill)
        timer.start()
        try:
            stdin.write(json.dumps({"id": self._count, **command}) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        assert line, f"the runner ended:\n{self._log.read_text('utf-8')[-4000:]}"
        answer: dict[str, Any] = json.loads(line)
        assert answer.pop("id") == self._count
        assert "failure" not in answer, answer["failure"]
        return answer

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let it end by itself: it does when its input does."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._process.wait()
            self._process.stdout.close()
