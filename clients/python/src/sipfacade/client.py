"""A channel with deadlines, retries and credentials, and the stubs of all services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from types import TracebackType
from typing import Any, NamedTuple

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import Message

from .failure import Failure
from .v1 import PbxConfigServiceStub, ProfileServiceStub, SipAppServiceStub, SipConnectionServiceStub

#: Seconds that a call has with its retries, unless the call states its own timeout.
DEFAULT_TIMEOUT = 60.0

#: gRPC refuses answers over 4 MiB unless it is told otherwise; a page of the service can be larger.
_ANSWERS_OF_ANY_SIZE = ("grpc.max_receive_message_length", -1)

Metadata = Sequence[tuple[str, str | bytes]]


def service_config() -> str:
    """The retry policy as gRPC takes it: the channel option grpc.service_config."""
    return resources.files(__package__).joinpath("service_config.json").read_text("utf-8")


class Client:
    """The services of sipfacade over one channel.

    Without credentials the connection is not encrypted, which is good for loopback only;
    grpc.ssl_channel_credentials() makes credentials for TLS. The token is the bearer token
    of the caller, or what gives it for each call. Metadata is sent with every call.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:9090",
        *,
        token: str | Callable[[], str] | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        metadata: Metadata = (),
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        everything = [("grpc.service_config", service_config()), _ANSWERS_OF_ANY_SIZE, *options]
        if credentials is None:
            channel = grpc.insecure_channel(address, everything)
        else:
            channel = grpc.secure_channel(address, credentials, everything)
        self._base = channel
        self.channel = grpc.intercept_channel(channel, _Defaults(token, timeout, metadata))
        self.sip_connections = SipConnectionServiceStub(self.channel)
        self.sip_apps = SipAppServiceStub(self.channel)
        self.profiles = ProfileServiceStub(self.channel)
        self.pbx_config = PbxConfigServiceStub(self.channel)

    def look_up(self, failure: Failure) -> Message | None:
        """Makes the call that shows whether a write happened, and returns its answer.

        It is a page with what was created, the resource that was updated, or the members of
        a relation; None if the failure names no such call. A resource that a delete removed
        is RESOURCE_NOT_FOUND.
        """
        if failure.lookup is None:
            return None
        service, name = failure.lookup.method.split("/")
        method = descriptor_pool.Default().FindMethodByName(f"{service}.{name}")
        request = message_factory.GetMessageClass(method.input_type)()
        response = message_factory.GetMessageClass(method.output_type)
        call: Callable[[Message], Message] = self.channel.unary_unary(
            f"/{failure.lookup.method}",
            request_serializer=_serialize,
            response_deserializer=response.FromString,
        )
        return call(json_format.Parse(failure.lookup.request, request))

    def close(self) -> None:
        """Closes the channel; calls that still run end as CANCELLED."""
        self._base.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


class _CallDetails(NamedTuple):
    """The details of a call, with what the client adds."""

    method: str
    timeout: float | None
    metadata: Metadata | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _Defaults(grpc.UnaryUnaryClientInterceptor):
    """Gives a call its deadline if it has none, and the metadata of the client."""

    def __init__(self, token: str | Callable[[], str] | None, timeout: float | None, metadata: Metadata) -> None:
        self._token = token
        self._timeout = timeout
        self._metadata = tuple(metadata)

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        details = client_call_details
        return continuation(
            _CallDetails(
                details.method,
                self._timeout if details.timeout is None else details.timeout,
                (*(details.metadata or ()), *self._metadata, *self._authorization()),
                details.credentials,
                getattr(details, "wait_for_ready", None),
                getattr(details, "compression", None),
            ),
            request,
        )

    def _authorization(self) -> Metadata:
        if self._token is None:
            return ()
        token = self._token if isinstance(self._token, str) else self._token()
        return (("authorization", f"Bearer {token}"),)
