"""The example of a chat in the terminal, as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.chats.conftest import Talk
from tests.fakes.chat_steps import answering, sending
from tests.fakes.model_server import FakeModel
from tests.support.server import ServerProcess

ROOT = Path(__file__).parents[2]


def chatted(
    server: ServerProcess, user_id: str, *lines: str, personas: tuple[str, ...] = ()
) -> str:
    """Return what the program prints when it is told *lines*."""
    options = [word for persona in personas for word in ("--with", persona)]
    command = [sys.executable, "-m", "examples.chat", "--target", server.target, "--user", user_id]
    done = subprocess.run(
        [*command, *options],
        input="\n".join(lines) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_it_shows_the_answer_and_what_it_remembered(
    chat_server: ServerProcess, talk: Talk, first: FakeModel
) -> None:
    """Each answer comes with the memories that the model was given."""
    chatted(chat_server, talk.user_id, "I am allergic to walnuts.")
    shown = chatted(chat_server, talk.user_id, "What about walnuts?")

    assert "I see." in shown
    assert "I am allergic to walnuts." in shown
    assert "this conversation is called “What about walnuts?”" in shown
    assert "walnuts" in first.requests[-1].prompt


def test_two_personas_answer_in_turn(
    chat_server: ServerProcess, talk: Talk, first: FakeModel
) -> None:
    """Each under its name; and they are asked with their own instructions."""
    first.script.append(sending(*answering("Why do you ask?")))
    first.script.append(sending(*answering("On the contrary.")))
    shown = chatted(
        chat_server,
        talk.user_id,
        "Is it so?",
        personas=("socratic_teacher", "devils_advocate"),
    )

    assert shown.index("Why do you ask?") < shown.index("On the contrary.")
    assert [message["content"] for message in talk.messages()] == [
        "Is it so?",
        "Why do you ask?",
        "On the contrary.",
    ]


def test_a_failure_is_told_and_the_chat_goes_on(
    chat_server: ServerProcess, talk: Talk, first: FakeModel
) -> None:
    """What is wrong is said by its reason; the next line is answered."""
    shown = chatted(chat_server, talk.user_id, "Hello", "/personas", personas=("nobody",))

    assert shown.count("PERSONA_NOT_FOUND") == 1
    assert "socratic_teacher" in shown
    assert not first.requests
