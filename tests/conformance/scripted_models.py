"""A server that chats by two providers whose answers scenarios script."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tests.conformance.matching import differences
from tests.fakes.chat_steps import answering, chunk, sending
from tests.fakes.model_server import FakeModel, Step, failing
from tests.support.server import ServerProcess

#: The providers in the order in which they are asked.
NAMES: Final = ("first", "second")


def step_of(model: FakeModel, script: dict[str, Any]) -> Step:
    """Return how *model* is to answer: see scenarios.py; fail on what is not known."""
    match script:
        case {"answer": text}:
            return sending(*answering(text))
        case {"begin": text, "then": "break off"}:
            return sending(chunk(text), end=False)
        case {"begin": text, "then": "hang"}:
            return sending(chunk(text), model.release)
        case {"refuse": status}:
            return failing(status)
    raise AssertionError(script)


class ScriptedModels:
    """The server and its providers."""

    def __init__(self, folder: Path, credentials_file: Path) -> None:
        """Start them."""
        self._running = ExitStack()
        self._models = {name: self._running.enter_context(FakeModel()) for name in NAMES}
        providers = [
            {
                "name": name,
                "base_url": model.base_url,
                "model": f"{name}-model",
                "models": [{"name": f"{name}-large", "input_price": 1, "output_price": 2}],
                "input_price": 10,
                "output_price": 20,
                "api_key": f"sk-key-of-{name}",
            }
            for name, model in self._models.items()
        ]
        process = ServerProcess(
            folder / "log",
            data_dir=str(folder / "data"),
            credentials_file=str(credentials_file),
            embedder="none",
            drain_seconds="0",
            providers=json.dumps(providers),
            chat_providers=json.dumps(NAMES),
        )
        self.process = self._running.enter_context(process)

    def begin_anew(self) -> None:
        """Forget what the providers were asked; let each answer with a word."""
        for name, model in self._models.items():
            model.requests.clear()
            model.step = step_of(model, {"answer": f"{name.capitalize()}."})

    def script(self, name: str, script: dict[str, Any]) -> None:
        """Let a provider answer in this way from now on."""
        self._models[name].step = step_of(self._models[name], script)

    def look_back(self, wanted: dict[str, Any], where: str) -> None:
        """Compare what a provider was asked with what is *wanted* of it."""
        asked = self._models[wanted["model"]].requests
        assert len(asked) == wanted["times"], f"{where}: asked {len(asked)} times"
        if wanted.get("given_up"):
            assert asked[-1].disconnected.wait(10), f"{where}: the provider's call went on"
        for part in wanted.get("prompt", ()):
            wrong = differences({"$text": part}, asked[-1].prompt, "prompt")
            assert not wrong, f"{where}: {wrong}"

    def stop(self) -> None:
        """Stop them."""
        self._running.close()
