"""One job with the Python package: find a connection, read a list to its end, invite a user
once, change one field, wait out a rate limit, and find out what became of a write."""

import os
import time
from datetime import datetime, timedelta, timezone

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from sipfacade import Client, exactly_once, failure_of, list_all, new_request_id, v1


def main() -> None:
    with Client(os.environ.get("SIPFACADE_GRPC", "127.0.0.1:9090")) as client:
        connection = find_connection(client, "Patient Contact Centre")
        list_invites(client, connection)
        invite = invite_once(client, connection)
        change_name(client, invite)
        be_refused(client)
        wait_out_rate_limit(client)
        create_with_lost_answer(client)


def find_connection(client: Client, name: str) -> v1.SipConnection:
    page = client.sip_connections.ListSipConnections(v1.ListSipConnectionsRequest(filter=f'name = "{name}"'))
    if not page.sip_connections:
        raise LookupError(f"there is no connection {name}")
    print(f"connection: {page.sip_connections[0].name}")
    return page.sip_connections[0]


def list_invites(client: Client, connection: v1.SipConnection) -> None:
    request = v1.ListSipUserInvitesRequest(
        sip_connection_uuid=connection.uuid, filter='name:"team" OR name:"shift"', order_by="name", page_size=2
    )
    invites = list_all(client.sip_connections.ListSipUserInvites, request, lambda page: page.sip_user_invites)
    print("invites:", "; ".join(invite.name for invite in invites))


def invite_once(client: Client, connection: v1.SipConnection) -> v1.SipUserInvite:
    invite = v1.SipUserInvite(name="Contact centre, team C")
    invite.expire_time.FromDatetime(datetime.now(timezone.utc) + timedelta(days=7))
    request = v1.CreateSipUserInviteRequest(
        sip_connection_uuid=connection.uuid, sip_user_invite=invite, request_id=new_request_id()
    )
    created = exactly_once(client.sip_connections.CreateSipUserInvite, request).sip_user_invite
    print(f"invited: {created.name}")

    again, call = client.sip_connections.CreateSipUserInvite.with_call(request)
    same = "the same invite" if again.sip_user_invite.uuid == created.uuid else "another invite"
    print(f"repeated: {same}, replayed", dict(call.initial_metadata()).get("idempotent-replayed"))
    return created


def change_name(client: Client, invite: v1.SipUserInvite) -> None:
    request = v1.UpdateSipUserInviteRequest(
        sip_connection_uuid=invite.sip_connection_uuid,
        sip_user_invite=v1.SipUserInvite(uuid=invite.uuid, etag=invite.etag, name="Contact centre, team D"),
        update_mask=FieldMask(paths=["name"]),
    )
    changed = client.sip_connections.UpdateSipUserInvite(request).sip_user_invite
    print(f"changed: {changed.name}")
    try:
        client.sip_connections.UpdateSipUserInvite(request)
    except grpc.RpcError as error:
        failure = failure_of(error)
        print(f"old etag: {failure.reason}, {failure.delivery}")


def be_refused(client: Client) -> None:
    try:
        client.sip_apps.CreateSipApp(v1.CreateSipAppRequest(sip_app=v1.SipApp(name="")))
    except grpc.RpcError as error:
        failure = failure_of(error)
        fields = ", ".join(f"{violation.field} {violation.description}" for violation in failure.violations)
        print(f"refused: {failure.reason}, {fields}; outcome unknown: {str(failure.outcome_unknown).lower()}")


def wait_out_rate_limit(client: Client) -> None:
    start = time.monotonic()
    page = client.profiles.ListMessagingProfiles(v1.ListMessagingProfilesRequest())
    waited = ", after the wait that the vendor asked for" if time.monotonic() - start >= 1 else ""
    print(f"profiles: {len(page.messaging_profiles)}{waited}")


def create_with_lost_answer(client: Client) -> None:
    try:
        created = client.sip_apps.CreateSipApp(v1.CreateSipAppRequest(sip_app=v1.SipApp(name="Night desk")))
        print(f"created: {created.sip_app.name}")
    except grpc.RpcError as error:
        failure = failure_of(error)
        if not failure.outcome_unknown or failure.lookup is None:
            raise
        print(f"not known: {failure.reason}, delivery {failure.delivery}; look with {failure.lookup.method}")
        found = client.look_up(failure)
        if isinstance(found, v1.ListSipAppsResponse):
            print("found:", "; ".join(app.name for app in found.sip_apps))


if __name__ == "__main__":
    main()
