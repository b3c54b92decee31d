import json
import unittest
from collections.abc import Callable
from concurrent import futures
from typing import Any
from unittest import mock

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo

import sipfacade
from sipfacade import Client, exactly_once, failure_of, list_all, service_config, v1
from tests.fake_error import FakeError, failed

Answer = v1.CreateSipAppResponse | grpc.RpcError


class FakeCreate:
    """A create that gives these answers in turn."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.ids: list[str] = []

    def __call__(self, request: v1.CreateSipAppRequest) -> v1.CreateSipAppResponse:
        self.ids.append(request.request_id)
        answer = self.answers.pop(0)
        if isinstance(answer, grpc.RpcError):
            raise answer
        return answer


def wait(seconds: float) -> RetryInfo:
    delay = Duration()
    delay.FromMilliseconds(int(seconds * 1000))
    return RetryInfo(retry_delay=delay)


class ListAllTest(unittest.TestCase):
    def test_a_list_is_read_page_after_page_and_no_further_than_it_is_used(self) -> None:
        pages = {"": ("a", "t1"), "t1": ("b", "t2"), "t2": ("c", "")}
        asked = []

        def method(request: v1.ListSipAppsRequest) -> v1.ListSipAppsResponse:
            asked.append((request.page_size, request.page_token))
            name, token = pages[request.page_token]
            return v1.ListSipAppsResponse(sip_apps=[v1.SipApp(name=name)], next_page_token=token)

        request = v1.ListSipAppsRequest(page_size=1)
        apps = list_all(method, request, lambda page: page.sip_apps)
        self.assertEqual(next(apps).name, "a")
        self.assertEqual(asked, [(1, "")])
        self.assertEqual([app.name for app in apps], ["b", "c"])
        self.assertEqual(asked, [(1, ""), (1, "t1"), (1, "t2")])
        self.assertEqual(request.page_token, "")


@mock.patch("sipfacade.once.time.sleep")
class ExactlyOnceTest(unittest.TestCase):
    def test_a_write_is_repeated_with_one_request_id_until_its_outcome_is_known(self, sleep: mock.Mock) -> None:
        late = failed(grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN", [wait(10)])
        running = failed(grpc.StatusCode.ABORTED, "REQUEST_IN_PROGRESS", [wait(1)])
        lost = FakeError(grpc.StatusCode.UNAVAILABLE)
        create = FakeCreate(late, running, lost, v1.CreateSipAppResponse(sip_app=v1.SipApp(uuid="u")))
        request = v1.CreateSipAppRequest(sip_app=v1.SipApp(name="Desk"))
        self.assertEqual(exactly_once(create, request).sip_app.uuid, "u")
        self.assertEqual(len(create.ids), 4)
        self.assertEqual(len(set(create.ids)), 1)
        self.assertEqual(len(create.ids[0]), 36)
        self.assertEqual(request.request_id, "")
        self.assertEqual([call.args[0] for call in sleep.call_args_list[:2]], [10, 1])

    def test_a_request_id_that_is_given_is_kept(self, sleep: mock.Mock) -> None:
        create = FakeCreate(v1.CreateSipAppResponse())
        exactly_once(create, v1.CreateSipAppRequest(request_id="key-12345"))
        self.assertEqual(create.ids, ["key-12345"])

    def test_an_error_that_a_repeat_does_not_change_is_raised(self, sleep: mock.Mock) -> None:
        for error in (
            failed(grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN"),
            failed(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID"),
            FakeError(grpc.StatusCode.CANCELLED),
        ):
            with self.assertRaises(grpc.RpcError):
                exactly_once(FakeCreate(error), v1.CreateSipAppRequest())
        sleep.assert_not_called()

    def test_patience_ends(self, sleep: mock.Mock) -> None:
        error = failed(grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN", [wait(10)])
        with self.assertRaises(grpc.RpcError):
            exactly_once(FakeCreate(error), v1.CreateSipAppRequest(), patience=5)
        sleep.assert_not_called()


class FakeService:
    """A gRPC server with one method of the contract."""

    def __init__(self, name: str, behaviour: Callable[[bytes, grpc.ServicerContext], bytes]) -> None:
        service, method = name.split("/")
        handler: Any = grpc.unary_unary_rpc_method_handler(behaviour)
        self.server = grpc.server(futures.ThreadPoolExecutor(2))
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {method: handler})])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def __enter__(self) -> str:
        return self.address

    def __exit__(self, *_: Any) -> None:
        self.server.stop(None)


class ClientTest(unittest.TestCase):
    def test_a_call_has_a_deadline_and_the_metadata_of_the_client(self) -> None:
        seen: dict[str, Any] = {}

        def behaviour(request: bytes, context: grpc.ServicerContext) -> bytes:
            seen.update(dict(context.invocation_metadata()), remaining=context.time_remaining())
            return v1.ListSipAppsResponse().SerializeToString()

        with FakeService("sipfacade.v1.SipAppService/ListSipApps", behaviour) as address:
            with Client(address, token=lambda: "secret", metadata=[("x-opentact-token", "jwt")]) as client:
                client.sip_apps.ListSipApps(v1.ListSipAppsRequest())
        self.assertEqual(seen["authorization"], "Bearer secret")
        self.assertEqual(seen["x-opentact-token"], "jwt")
        self.assertTrue(30 < seen["remaining"] <= sipfacade.DEFAULT_TIMEOUT)

    def test_the_deadline_of_a_call_wins(self) -> None:
        seen: list[float] = []

        def behaviour(request: bytes, context: grpc.ServicerContext) -> bytes:
            seen.append(context.time_remaining())
            return b""

        with FakeService("sipfacade.v1.SipAppService/ListSipApps", behaviour) as address, Client(address) as client:
            client.sip_apps.ListSipApps(v1.ListSipAppsRequest(), timeout=600)
        self.assertGreater(seen[0], sipfacade.DEFAULT_TIMEOUT)

    def test_the_outcome_of_a_write_is_looked_up_with_the_call_that_the_error_names(self) -> None:
        def behaviour(request: bytes, context: grpc.ServicerContext) -> bytes:
            found = v1.ListSipAppsRequest.FromString(request).filter
            return v1.ListSipAppsResponse(sip_apps=[v1.SipApp(name=found)]).SerializeToString()

        method = "sipfacade.v1.SipAppService/ListSipApps"
        metadata = {"lookupMethod": method, "lookupRequest": json.dumps({"filter": "x"})}
        failure = failure_of(failed(grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN", metadata=metadata))
        with FakeService(method, behaviour) as address, Client(address) as client:
            found = client.look_up(failure)
            nothing = client.look_up(failure_of(FakeError(grpc.StatusCode.UNKNOWN)))
        self.assertEqual(found, v1.ListSipAppsResponse(sip_apps=[v1.SipApp(name="x")]))
        self.assertIsNone(nothing)

    def test_an_answer_can_be_larger_than_grpc_takes_by_default(self) -> None:
        large = v1.ListSipAppsResponse(sip_apps=[v1.SipApp(name="x" * 5_000_000)])

        def behaviour(request: bytes, context: grpc.ServicerContext) -> bytes:
            return large.SerializeToString()

        with FakeService("sipfacade.v1.SipAppService/ListSipApps", behaviour) as address, Client(address) as client:
            self.assertEqual(client.sip_apps.ListSipApps(v1.ListSipAppsRequest()), large)

    def test_every_service_of_the_contract_has_a_stub(self) -> None:
        services = {name["service"] for name in json.loads(service_config())["methodConfig"][0]["name"]}
        with Client("127.0.0.1:1") as client:
            stubs = {type(value).__name__ for value in vars(client).values()}
        self.assertLessEqual({name.removeprefix("sipfacade.v1.") + "Stub" for name in services}, stubs)


if __name__ == "__main__":
    unittest.main()
