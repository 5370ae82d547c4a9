"""The extractor that needs no language model: patterns of plain English."""

from __future__ import annotations

import asyncio
from typing import Final

from memsvc.core.patterns.extraction import extract
from memsvc.providers.extraction import USER_ROLE, Drawn, Said

#: What it is called; no provider may be called so.
NAME: Final = "offline"
#: A longer text is read in a thread, so that nobody else waits meanwhile; in characters.
QUICK_LENGTH_MAX: Final = 4_000


class OfflineExtractor:
    """Draws what users plainly say about themselves. It never fails."""

    @property
    def name(self) -> str:
        """What it is called."""
        return NAME

    async def extract(self, message: Said) -> Drawn:
        """Return the facts that *message* states, none for other roles than the user's.

        "I" of an assistant or a tool is nobody whose memory this is.
        """
        if message.role != USER_ROLE and not message.author:
            return Drawn([], 0)
        if len(message.text) <= QUICK_LENGTH_MAX:
            return Drawn(extract(message.text, message.said, message.author), 0)
        facts = await asyncio.to_thread(extract, message.text, message.said, message.author)
        return Drawn(facts, 0)

    async def close(self) -> None:
        """Nothing is held."""
