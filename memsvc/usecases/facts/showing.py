"""Showing which facts would be drawn from a message, without storing any."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from memsvc.core.errors import DeadlineExceeded, ModelBusy, ModelRefused, ModelUnavailable
from memsvc.core.facts import ExtractedFact
from memsvc.core.model import Caller, NewMessage, Role
from memsvc.providers import model_errors
from memsvc.providers.extraction import Extractor, Said
from memsvc.usecases.context import Context
from memsvc.usecases.facts.screening import screened, shown
from memsvc.usecases.quotas import Quotas


@dataclass(frozen=True, slots=True)
class ShownFacts:
    """What would be drawn from a message."""

    facts: list[ExtractedFact]
    #: Facts that broke a rule.
    dropped: int
    #: What drew them.
    extractor: str
    #: When the message was said, whose word it is, and the speaker's name.
    said: datetime
    role: Role
    author: str


@dataclass(frozen=True, slots=True)
class ShowFacts:
    """Draws facts from a message that is not stored."""

    context: Context
    extractor: Extractor
    quotas: Quotas

    async def __call__(self, caller: Caller, message: NewMessage) -> ShownFacts:
        """Return the facts; raise ModelBusy, ModelUnavailable and ModelRefused of the domain, QuotaExceeded."""
        said = message.event_time or self.context.clock()
        asked = Said(
            text=message.content,
            author=message.author,
            role=message.role.name.lower(),
            said=said,
            before=[],
        )
        policy = self.context.trust(caller.tenant_id)
        try:
            seconds = caller.deadline - asyncio.get_running_loop().time()
            async with asyncio.timeout(seconds), self.quotas.spending(caller):
                drawn = screened(policy, await self.extractor.extract(shown(policy, asked)))
        except TimeoutError as error:
            raise DeadlineExceeded from error
        except model_errors.ModelBusy as error:
            raise ModelBusy from error
        except (model_errors.ModelRefused, model_errors.UnusableReply) as error:
            raise ModelRefused from error
        except model_errors.ModelError as error:
            raise ModelUnavailable from error
        return ShownFacts(
            drawn.facts, drawn.dropped, self.extractor.name, said, message.role, message.author
        )
