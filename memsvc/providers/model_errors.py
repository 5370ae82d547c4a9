"""The ways in which a language model fails, told apart by what the caller can do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

#: A busy provider is left alone for so many seconds if it does not say for how long.
RETRY_AFTER_SECONDS: Final = 5.0
#: The least and the most that a provider's own word counts for, in seconds.
RETRY_AFTER_SECONDS_MIN: Final = 1.0
RETRY_AFTER_SECONDS_MAX: Final = 600.0


class ErrorClass(StrEnum):
    """What went wrong, in words that stay the same."""

    #: The provider has too much to do (429), or all calls that it is allowed are in use.
    MODEL_BUSY = "MODEL_BUSY"
    #: No connection, or none that brought an answer.
    MODEL_UNREACHABLE = "MODEL_UNREACHABLE"
    #: Too slow: the first byte, the next one, or the whole.
    MODEL_TIMEOUT = "MODEL_TIMEOUT"
    #: A status of 500 or more, an answer that broke off, or anything unforeseen.
    MODEL_FAILED = "MODEL_FAILED"
    #: Too many failures in a row: nothing is sent for a while.
    MODEL_PAUSED = "MODEL_PAUSED"
    #: 400, 404, 422, a redirection and whatever else is not of another class.
    MODEL_REJECTED_REQUEST = "MODEL_REJECTED_REQUEST"
    #: 401, 402 and 403.
    MODEL_REJECTED_KEY = "MODEL_REJECTED_KEY"
    #: The model, or its provider, does not want to answer.
    MODEL_REFUSED = "MODEL_REFUSED"
    #: The answer is longer than ModelLimits allow.
    REPLY_TOO_LARGE = "REPLY_TOO_LARGE"
    #: There is nothing in the reply that could be used.
    REPLY_UNUSABLE = "REPLY_UNUSABLE"


class ReplyProblem(StrEnum):
    """Why a reply has no text, in words that a model can be told."""

    NO_COMPLETION = "it was no chat completion"
    EMPTY = "it was empty"
    COMPRESSED = "it was compressed, which was not asked for"


class ModelError(Exception):
    """A language model gave no usable reply.

    The message is the class of the error, and nothing that a server or a user wrote. What an error
    is chained to (`__cause__`) may quote a server.
    """

    def __init__(self, error_class: ErrorClass) -> None:
        """Tell what went wrong."""
        super().__init__(str(error_class))
        self.error_class = error_class


class ModelBusy(ModelError):
    """The provider has too much to do (429), or all calls that it is allowed are in use.

    It is no failed attempt: the call was not, or would not have been, worked on.
    """

    def __init__(self, retry_after_seconds: float = RETRY_AFTER_SECONDS) -> None:
        """Tell when to ask again, in seconds; at most RETRY_AFTER_SECONDS_MAX."""
        super().__init__(ErrorClass.MODEL_BUSY)
        self.retry_after_seconds = min(retry_after_seconds, RETRY_AFTER_SECONDS_MAX)


class ModelUnavailable(ModelError):
    """The model cannot be reached, is too slow, or failed: a later attempt may succeed."""


class ModelRefused(ModelError):
    """The same request would fail again: another attempt is no use."""


class UnusableReply(ModelError):
    """The model answered, but there is no text in what it said: asking once more may help.

    Who has asked once more raises ModelRefused with REPLY_UNUSABLE.
    """

    def __init__(self, problem: ReplyProblem) -> None:
        """Tell the *problem*."""
        super().__init__(ErrorClass.REPLY_UNUSABLE)
        self.problem = problem
