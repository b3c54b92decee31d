"""Writes that happen once."""

import random
import time
import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Protocol, TypeVar

import grpc

from .failure import Failure, failure_of


class OnceRequest(Protocol):
    """A request that takes a request id."""

    request_id: str


Request = TypeVar("Request", bound=OnceRequest)
Response = TypeVar("Response")


def new_request_id() -> str:
    """A new request id, for writes that must not happen twice. Keep it with the work, and repeat with the same."""
    return str(uuid.uuid4())


def exactly_once(method: Callable[[Request], Response], request: Request, *, patience: float = 120.0) -> Response:
    """Makes a write with a request id, and repeats it with the same id until its outcome is known.

    Give request_id if the work must survive a restart of your process; otherwise a new one
    is made. The service must have a ledger. If patience, in seconds, is over, or a repeat
    cannot find out, the last error is raised.
    """
    once = deepcopy(request)
    once.request_id = once.request_id or new_request_id()
    end = time.monotonic() + patience
    attempt = 1
    while True:
        try:
            return method(once)
        except grpc.RpcError as error:
            seconds = _wait_before_repeat(failure_of(error), attempt)
            if seconds is None or time.monotonic() + seconds >= end:
                raise
        time.sleep(seconds)
        attempt += 1


#: Codes of calls whose answer was lost on the way.
_LOST = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN,
    }
)
#: Reasons of calls that ended before anything was sent to the vendor.
_EARLY = frozenset({"CALLER_DEADLINE", "UPSTREAM_TIMEOUT"})


def _wait_before_repeat(failure: Failure, attempt: int) -> float | None:
    if failure.retry_after is not None:
        return failure.retry_after
    no_answer = failure.reason == "" and failure.code in _LOST
    repeat = no_answer or failure.code == grpc.StatusCode.UNAVAILABLE or failure.reason in _EARLY
    return _pause(attempt) if repeat else None


def _pause(attempt: int) -> float:
    """A pause that doubles with each attempt, spread so that clients do not repeat in step."""
    return float(min(10.0, 0.5 * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))
