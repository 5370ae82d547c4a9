"""A language model that chooses the essential facts and writes the profile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

from memsvc.core.chat import ChatTurn
from memsvc.core.consolidation import Profile
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.model import Memory
from memsvc.core.profile_reply import PROFILE_SCHEMA, parse_profile
from memsvc.core.reply_json import UnreadableReply
from memsvc.providers import prompt_texts
from memsvc.providers.language_model import LanguageModel
from memsvc.providers.model_errors import ErrorClass, ModelRefused, UnusableReply


class ProfileJudge:
    """Asks a language model once a consolidation."""

    def __init__(
        self, model: LanguageModel, chance: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        """Take a *model*, which is closed with the judge, and a source of *chance* for fences."""
        self._model = model
        self._chance = chance

    async def judge(self, present: Sequence[Memory]) -> tuple[list[UUID], Profile]:
        """Return which of *present* are essential, and the profile.

        Raises ModelBusy, ModelUnavailable and ModelRefused.
        """
        fence = Fence.of(self._chance(RANDOM_BYTES))
        lines = [
            fence.json_line({
                "id": str(fact.memory_id),
                "content": fence.plain(fact.content),
                "category": fact.category,
                "slot": fact.slot,
                "temporal_state": fact.temporal_state.name.lower(),
                "event_time": fact.valid_from_time.date().isoformat(),
            })
            for fact in present
        ]
        turns = [
            ChatTurn("system", prompt_texts.consolidate()),
            ChatTurn("user", prompt_texts.fenced(fence, "\n".join(lines))),
        ]
        try:
            reply = await self._model.complete(turns, schema=PROFILE_SCHEMA, schema_name="profile")
            parsed = parse_profile(reply, {str(fact.memory_id) for fact in present})
        except (UnusableReply, UnreadableReply):
            raise ModelRefused(ErrorClass.REPLY_UNUSABLE) from None
        return [UUID(one) for one in parsed.essential], Profile(parsed.summary, list(parsed.traits))

    async def close(self) -> None:
        """Close the model's connections."""
        await self._model.close()
