"""A chat in the terminal that shows what was remembered for each answer.

    python -m examples.chat --user ann
    python -m examples.chat --user ann --with socratic_teacher --with devils_advocate

It needs a server that has a provider (docs/chat.md). With several `--with` the personas speak one after the
other, each with its own voice, and share one memory. A line "/personas" lists who there is; an empty line ends.
"""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TextIO

from memsvc_client import ChatEvent, ListPersonasRequest, MemoryClient, MemsvcError

#: What is shown of a memory, in characters.
SHOWN: Final = 100


@dataclass
class Conversation:
    """One conversation of a user, with one assistant or several personas."""

    client: MemoryClient
    user_id: str
    personas: list[str]
    out: TextIO
    conversation_id: str = field(default_factory=lambda: f"chat-{uuid.uuid4()}")

    def say(self, message: str) -> None:
        """Say something, and show what comes."""
        several = len(self.personas) > 1
        events = self.client.chat(
            user_id=self.user_id,
            conversation_id=self.conversation_id,
            message=message,
            participants=self.personas if several else [],
            persona_id="" if several else "".join(self.personas),
            # The same line twice is two lines; the same line sent again is one.
            request_id=str(uuid.uuid4()),
        )
        for event in events:
            self.show(event)

    def show(self, event: ChatEvent) -> None:
        """Show one thing that happened."""
        match event.WhichOneof("event"):
            case "context":
                for hit in event.context.memories:
                    self._line(f"  · remembered: {_short(hit.memory.content)}")
                for memory in event.context.conscious:
                    self._line(f"  · known: {_short(memory.content)}")
            case "speaker":
                self._line(f"{event.speaker.name or event.speaker.persona_id}:")
            case "delta":
                self.out.write(event.delta.text)
                self.out.flush()
            case "provider_change":
                change = event.provider_change
                self._line(f"  · {change.provider} does not answer, asking {change.next_provider}")
            case "turn_end" | "done":
                self._line("")
            case "title":
                self._line(f"\n  · this conversation is called “{event.title.title}”")

    def _line(self, text: str) -> None:
        print(text, file=self.out, flush=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def list_personas(client: MemoryClient, user_id: str, out: TextIO) -> None:
    """Show who can be talked with."""
    listed = client.services.personas.ListPersonas(
        ListPersonasRequest(user_id=user_id, page_size=100)
    )
    for persona in listed.personas:
        print(f"{persona.persona_id:<24} {persona.name}: {persona.description}", file=out)


def converse(conversation: Conversation, lines: Iterable[str], out: TextIO) -> None:
    """Say line after line until one is empty."""
    for line in lines:
        message = line.strip()
        if not message:
            return
        try:
            if message == "/personas":
                list_personas(conversation.client, conversation.user_id, out)
            else:
                conversation.say(message)
        except MemsvcError as error:
            print(f"\n  · {error}", file=out)
        print("> ", end="", file=out, flush=True)


def main() -> int:
    """Chat until the user has enough; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--target", default="127.0.0.1:50051", help="where the server is")
    parser.add_argument("--user", default="somebody", help="who talks")
    parser.add_argument(
        "--with",
        dest="personas",
        action="append",
        default=[],
        metavar="PERSONA",
        help="who answers",
    )
    options = parser.parse_args()
    with MemoryClient(options.target) as client:
        conversation = Conversation(client, options.user, options.personas, sys.stdout)
        print("> ", end="", flush=True)
        converse(conversation, sys.stdin, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
