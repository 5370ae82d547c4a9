"""How servers of OpenAI's protocol are reached, and what it means when they do not answer as they should."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import openai

from memsvc.core.chat import ChatTurn
from memsvc.providers.model_errors import (
    RETRY_AFTER_SECONDS,
    RETRY_AFTER_SECONDS_MAX,
    RETRY_AFTER_SECONDS_MIN,
    ErrorClass,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)

_REJECTED_KEY: Final = frozenset({
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
})
#: What servers answer to a form of reply that they do not know.
_REJECTED_FORM: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
#: What stands for no key.
_NO_KEY: Final = "none"
_HEADERS: Final = frozenset({
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
})


class FormRejected(ModelRefused):
    """The request was refused, perhaps for the form of reply that it asked for."""


def model_client(base_url: str, api_key: str, connect_seconds: float) -> openai.AsyncOpenAI:
    """Return a client for language models of the server at *base_url*, as `api_client` does.

    It knows no limit of time but that of connecting, since the library has none for a whole answer.
    """
    timeout = openai.Timeout(None, connect=connect_seconds)
    return api_client(base_url, api_key, timeout, _close_unless_successful)


def api_client(
    base_url: str,
    api_key: str,
    timeout: openai.Timeout | float,
    *hooks: Callable[[Any], Awaitable[None]],
) -> openai.AsyncOpenAI:
    """Return a client of the server at *base_url*, which ends in "/v1"; an empty key stands for none.

    It follows no redirection, which would carry texts to a server that nobody configured, tries nothing
    twice, and calls *hooks* with each answer.
    """
    return openai.AsyncOpenAI(
        base_url=base_url,
        # The library takes a key from the environment if it is given none.
        api_key=api_key or _NO_KEY,
        timeout=timeout,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(
            follow_redirects=False,
            timeout=timeout,
            event_hooks={"request": [_own_headers(api_key)], "response": [*hooks]},
        ),
    )


def _own_headers(api_key: str) -> Callable[[Any], Awaitable[None]]:
    """Return what takes from a request each header that is not ours.

    The library adds what the environment says (OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_CUSTOM_HEADERS with
    keys, say), which was meant for one server, to the requests for all of them.
    """

    async def keep(request: Any) -> None:  # ruff: ignore[unused-async] - awaited by the client
        for name in set(request.headers) - _HEADERS:
            # By these the library itself knows what was asked for.
            if not name.startswith("x-stainless-"):
                del request.headers[name]
        request.headers["authorization"] = f"Bearer {api_key or _NO_KEY}"

    return keep


async def _close_unless_successful(answer: Any) -> None:
    """Keep the library from reading the body of a failure, which may be of any size."""
    if not answer.is_success:
        await answer.aclose()


def messages_of(turns: Sequence[ChatTurn]) -> list[dict[str, str]]:
    """Return the turns as the protocol has them; half a character (a lone surrogate) becomes "?"."""
    return [
        {"role": turn.role, "content": turn.text.encode("utf-8", "replace").decode("utf-8")}
        for turn in turns
    ]


def failure(error: Exception) -> ModelError:
    """Return what an error of the library, or of what it is built on, means."""
    match error:
        case TimeoutError():
            return ModelUnavailable(ErrorClass.MODEL_TIMEOUT)
        case openai.APIStatusError():
            return _status_failure(error.status_code, error.response.headers)
        # Of timeouts the library has none but that of connecting.
        case openai.APIConnectionError():
            return ModelUnavailable(ErrorClass.MODEL_UNREACHABLE)
        # The library lets many through: those of its HTTP client and of an odd address.
        case _:
            return ModelUnavailable(ErrorClass.MODEL_FAILED)


def _status_failure(status: int, headers: Mapping[str, str]) -> ModelError:
    """Return what a status that is no success means."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelBusy(_retry_after(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnavailable(ErrorClass.MODEL_FAILED)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return ModelUnavailable(ErrorClass.MODEL_TIMEOUT)
    if status in _REJECTED_KEY:
        return ModelRefused(ErrorClass.MODEL_REJECTED_KEY)
    if status in _REJECTED_FORM:
        return FormRejected(ErrorClass.MODEL_REJECTED_REQUEST)
    return ModelRefused(ErrorClass.MODEL_REJECTED_REQUEST)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait that an answer's headers name, in either form of the header."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        # By the server's own clock, which need not go as ours does.
        then, now = _moment(value), _moment(headers.get("date", ""))
        seconds = math.nan if then is None else then - (time.time() if now is None else now)
        if seconds < 0:
            seconds = 0.0
    if math.isnan(seconds) or seconds < 0:
        return RETRY_AFTER_SECONDS
    return min(max(seconds, RETRY_AFTER_SECONDS_MIN), RETRY_AFTER_SECONDS_MAX)


def _moment(date: str) -> float | None:
    """Return the seconds since 1970 of a header's date, None if it is none."""
    try:
        moment = parsedate_to_datetime(date)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
