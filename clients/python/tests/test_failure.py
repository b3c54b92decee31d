import unittest

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ResourceInfo, RetryInfo

from sipfacade import Failure, Lookup, Resource, Violation, failure_of
from tests.fake_error import FakeError, failed


class FailureTest(unittest.TestCase):
    def test_everything_that_an_error_says_can_be_read(self) -> None:
        violation = BadRequest.FieldViolation(field="name", description="is empty", reason="REQUIRED")
        details = [
            BadRequest(field_violations=[violation]),
            ResourceInfo(resource_type="t", resource_name="n", description="d"),
            RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000)),
        ]
        metadata = {
            "delivery": "UNKNOWN",
            "upstream": "opentact",
            "upstreamStatus": "503",
            "lookupMethod": "sipfacade.v1.SipAppService/ListSipApps",
            "lookupRequest": "{}",
        }
        want = Failure(
            code=grpc.StatusCode.UNKNOWN,
            message="it failed",
            reason="OUTCOME_UNKNOWN",
            violations=(Violation("name", "is empty", "REQUIRED"),),
            resources=(Resource("t", "n", "d"),),
            delivery="UNKNOWN",
            outcome_unknown=True,
            lookup=Lookup("sipfacade.v1.SipAppService/ListSipApps", "{}"),
            retry_after=1.5,
            upstream="opentact",
            upstream_status=503,
            call_id="c1",
        )
        self.assertEqual(failure_of(failed(grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN", details, metadata)), want)

    def test_a_refusal_is_known_not_to_have_happened(self) -> None:
        failure = failure_of(failed(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID"))
        self.assertFalse(failure.outcome_unknown)
        self.assertIsNone(failure.lookup)

    def test_without_an_answer_of_the_service_a_write_may_have_happened(self) -> None:
        unreadable = (("grpc-status-details-bin", b"\xff"),)
        for trailers in ((), unreadable):
            failure = failure_of(FakeError(grpc.StatusCode.DEADLINE_EXCEEDED, trailers))
            self.assertEqual(failure.reason, "")
            self.assertTrue(failure.outcome_unknown)


if __name__ == "__main__":
    unittest.main()
