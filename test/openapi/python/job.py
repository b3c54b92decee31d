"""A whole job with the client that openapi-python-client makes of the document: find a
connection, page a list with a filter, invite a user twice with one key, change one field if
nobody else has, clear one, and read errors. It prints what it found, for the test."""

import json
import sys
from uuid import UUID

from sipfacade_client import Client
from sipfacade_client.api.sip_app_service import create_sip_app, get_sip_app
from sipfacade_client.api.sip_connection_service import (
    create_sip_user_invite,
    get_sip_connection,
    list_sip_connections,
    list_tn_leases,
    update_sip_connection,
    update_sip_user_invite,
)
from sipfacade_client.models import (
    BadRequest,
    ErrorInfo,
    SipAppCreate,
    SipConnection,
    SipConnectionUpdate,
    SipUserInvite,
    SipUserInviteCreate,
    SipUserInviteUpdate,
    Status,
)
from sipfacade_client.types import UNSET

client = Client(base_url=sys.argv[1])


def done(answer, kind):
    """The answer of a call that has to succeed."""
    assert isinstance(answer, kind), answer
    return answer


def reason_of(error) -> str:
    """The reason of an error, from the details that the document describes."""
    assert isinstance(error, Status), error
    return next(detail.reason for detail in error.details if isinstance(detail, ErrorInfo)).value


def find_connection(name: str) -> SipConnection:
    rows = list_sip_connections.sync(client=client, filter_=f'name = "{name}"').sip_connections
    assert len(rows) == 1, rows
    return rows[0]


def free_numbers() -> list[str]:
    numbers, token = [], ""
    while True:
        page = list_tn_leases.sync(
            client=client,
            filter_='sipConnectionUuid = "" AND sipAppUuid = ""',
            order_by="tn.phoneNumber",
            page_size=2,
            page_token=token,
        )
        numbers += [lease.tn.phone_number for lease in page.tn_leases]
        if not (token := page.next_page_token):
            return numbers


def invite_twice(connection: UUID) -> SipUserInvite:
    def invite():
        return create_sip_user_invite.sync_detailed(
            connection,
            client=client,
            body=SipUserInviteCreate(name="Front desk"),
            idempotency_key="3f0c5a52-7a58-4a0e-9b36-0b6f3f1c9a10",
        )

    first, again = invite(), invite()
    assert done(first.parsed, SipUserInvite).uuid == done(again.parsed, SipUserInvite).uuid
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    cleared = update_sip_user_invite.sync(
        connection, UUID(first.parsed.uuid), client=client, body=SipUserInviteUpdate(expire_time=None)
    )
    assert done(cleared, SipUserInvite).expire_time is UNSET
    return first.parsed


def change_port(uuid: UUID) -> None:
    etag = get_sip_connection.sync_detailed(uuid, client=client).headers["ETag"]

    def change(port: int):
        return update_sip_connection.sync(uuid, client=client, body=SipConnectionUpdate(port=port), if_match=etag)

    assert done(change(5090), SipConnection).port == 5090
    assert reason_of(change(5091)) == "ETAG_MISMATCH"
    # The whole resource as it was read is a body, too.
    whole = get_sip_connection.sync(uuid, client=client).to_dict()
    whole["name"] = "Ballard (new)"
    renamed = update_sip_connection.sync(uuid, client=client, body=SipConnectionUpdate.from_dict(whole))
    assert done(renamed, SipConnection).name == "Ballard (new)"


def read_errors() -> list[str]:
    missing = get_sip_app.sync(UUID("00000000-0000-4000-8000-000000000000"), client=client)
    wrong = create_sip_app.sync(client=client, body=SipAppCreate(name=""))
    violations = [
        violation.field
        for detail in wrong.details
        if isinstance(detail, BadRequest)
        for violation in detail.field_violations
    ]
    return [reason_of(missing), reason_of(wrong), *violations]


connection = find_connection("Ballard Clinic")
numbers = free_numbers()
invited = invite_twice(UUID(connection.uuid))
change_port(UUID(connection.uuid))
print(
    json.dumps(
        {"connection": connection.uuid, "numbers": numbers, "invited": invited.uuid != "", "errors": read_errors()}
    )
)
