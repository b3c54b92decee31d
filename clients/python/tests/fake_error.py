"""Errors as grpc raises them."""

from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

Trailers = tuple[tuple[str, str | bytes], ...]


class FakeError(grpc.RpcError):
    """An error with a code, a message and trailers."""

    def __init__(self, code: grpc.StatusCode, trailers: Trailers = ()) -> None:
        super().__init__()
        self._code = code
        self._trailers = trailers

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "it failed"

    def trailing_metadata(self) -> Any:
        return self._trailers


def failed(
    code: grpc.StatusCode, reason: str, details: Sequence[Message] = (), metadata: dict[str, str] | None = None
) -> FakeError:
    """An error that the service answered."""
    status = Status()
    for detail in (ErrorInfo(reason=reason, domain="sipfacade", metadata=metadata or {}), *details):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    trailers = (("x-request-id", "c1"), ("grpc-status-details-bin", status.SerializeToString()))
    return FakeError(code, trailers)
