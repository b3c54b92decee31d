"""What the error of a call says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, ResourceInfo, RetryInfo
from google.rpc.status_pb2 import Status

_Detail = TypeVar("_Detail", bound=Message)


@dataclass(frozen=True)
class Violation:
    """One field of the request that breaks a rule."""

    field: str
    description: str
    #: The rule, for example STRING_MIN_LEN.
    reason: str


@dataclass(frozen=True)
class Resource:
    """A resource that an error is about."""

    type: str
    name: str
    description: str


@dataclass(frozen=True)
class Lookup:
    """The call that shows whether a write happened."""

    #: For example sipfacade.v1.SipAppService/ListSipApps.
    method: str
    #: The JSON of the method's request.
    request: str


@dataclass(frozen=True)
class Failure:
    """What the error of a call says."""

    code: grpc.StatusCode
    #: For people and logs. It can change; decide by the reason.
    message: str
    #: The reason of the service, for example RESOURCE_NOT_FOUND; empty if no answer of the service arrived.
    reason: str
    violations: tuple[Violation, ...]
    resources: tuple[Resource, ...]
    #: NOT_SENT, REJECTED or UNKNOWN, on each failed write that the service answered.
    delivery: str | None
    #: A write may have happened: the service says so, or its answer did not arrive, for
    #: example because the deadline ended first. It has no meaning for a read.
    outcome_unknown: bool
    #: How to find out, if the service can say so.
    lookup: Lookup | None
    #: Seconds to wait before the call is repeated, if that is known.
    retry_after: float | None
    #: The vendor that was called, opentact or infinity.
    upstream: str | None
    #: The HTTP status that the vendor answered.
    upstream_status: int | None
    #: The x-request-id that finds the call in the log of the service.
    call_id: str | None


def failure_of(error: grpc.RpcError) -> Failure:
    """Reads what an error of a call says, of a sync or an asyncio channel."""
    trailers = dict(cast("Sequence[tuple[str, str | bytes]]", error.trailing_metadata() or ()))
    details = _Details(trailers.get("grpc-status-details-bin", b""))
    reason, metadata = details.info()
    call_id = trailers.get("x-request-id")
    upstream_status = metadata.get("upstreamStatus")
    return Failure(
        code=error.code(),
        message=error.details() or "",
        reason=reason,
        violations=details.violations(),
        resources=details.resources(),
        delivery=metadata.get("delivery"),
        outcome_unknown=reason in ("", "OUTCOME_UNKNOWN"),
        lookup=_lookup(metadata),
        retry_after=details.retry_after(),
        upstream=metadata.get("upstream"),
        upstream_status=int(upstream_status) if upstream_status else None,
        call_id=call_id if isinstance(call_id, str) else None,
    )


def _lookup(metadata: dict[str, str]) -> Lookup | None:
    method, request = metadata.get("lookupMethod"), metadata.get("lookupRequest")
    return Lookup(method, request) if method and request else None


class _Details:
    """The details of a google.rpc.Status; none if it cannot be read."""

    def __init__(self, encoded: str | bytes) -> None:
        try:
            self._all = Status.FromString(encoded if isinstance(encoded, bytes) else b"").details
        except DecodeError:
            self._all = []

    def _of(self, kind: type[_Detail]) -> Iterator[_Detail]:
        for packed in self._all:
            detail = kind()
            if packed.Is(kind.DESCRIPTOR) and packed.Unpack(detail):
                yield detail

    def info(self) -> tuple[str, dict[str, str]]:
        """The reason and its metadata; empty if the service did not answer."""
        for info in self._of(ErrorInfo):
            if info.domain == "sipfacade":
                return str(info.reason), dict(info.metadata)
        return "", {}

    def violations(self) -> tuple[Violation, ...]:
        return tuple(
            Violation(violation.field, violation.description, violation.reason)
            for detail in self._of(BadRequest)
            for violation in detail.field_violations
        )

    def resources(self) -> tuple[Resource, ...]:
        found = self._of(ResourceInfo)
        return tuple(Resource(one.resource_type, one.resource_name, one.description) for one in found)

    def retry_after(self) -> float | None:
        for detail in self._of(RetryInfo):
            return float(detail.retry_delay.ToTimedelta().total_seconds())
        return None
