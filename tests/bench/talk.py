"""A made-up file in LoCoMo's layout: two samples of three sessions, three questions each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPEAKERS = ("Zsuzsanna", "Boudewijn")
#: What is said in each session of both samples: turns by turns of both speakers.
SESSIONS = (
    ("My tandem was stolen in Ghent.", "Dreadful! Did you tell anybody?", "Only the porter."),
    ("I am learning the theremin.", "Is it hard?", "My neighbours say so."),
    ("We adopted a tortoise named Ptolemy.", "How old is he?", "Nobody knows, sixty perhaps."),
)


def sample(number: int) -> dict[str, Any]:
    """A sample whose sessions come in another order than the other one's."""
    conversation: dict[str, Any] = {}
    for place in range(1, 4):
        said = SESSIONS[(place + number) % 3]
        conversation[f"session_{place}_date_time"] = f"1:56 pm on {place} May, 2023"
        conversation[f"session_{place}"] = [
            {"speaker": SPEAKERS[i % 2], "dia_id": f"D{place}:{i + 1}", "text": text}
            for i, text in enumerate(said)
        ]
    first = {text[0]: f"D{p}:1" for p in range(1, 4) for text in [SESSIONS[(p + number) % 3]]}
    tandem, theremin, tortoise = (first[said[0]] for said in SESSIONS)
    asked: tuple[tuple[str, int, list[str]], ...] = (
        ("What was stolen in Ghent?", 4, [tandem]),
        ("Which instrument does Zsuzsanna learn?", 4, [theremin]),
        ("What did Zsuzsanna lose and adopt?", 1, [tandem, tortoise]),
        ("What was never said?", 5, []),
    )
    return {
        "sample_id": f"sample-{number}",
        "conversation": conversation,
        "qa": [{"question": q, "category": c, "evidence": e} for q, c, e in asked],
    }


def write_talk(path: Path) -> Path:
    """Write both samples to the file *path* and return it."""
    path.write_text(json.dumps([sample(0), sample(1)]), encoding="utf-8")
    return path
