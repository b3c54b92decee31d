#!/bin/sh
# One job with curl and jq over the JSON API: find a connection, read a list to its end,
# invite a user once, change one field, wait out a rate limit, and find out what became of
# a write.
set -eu
api=${SIPFACADE_JSON:-http://127.0.0.1:8080}
answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT

# call: a request whose answer goes to $answer/body and $answer/headers. It prints the
# status, and fails only if there is no answer.
call() {
	curl -sS --max-time 60 -o "$answer/body" -D "$answer/headers" -w '%{http_code}' "$@"
}

# header: one header of the last answer.
header() {
	tr -d '\r' <"$answer/headers" | sed -n "s/^$1: //Ip"
}

# succeed: a call that must succeed; it prints the body. A rate limit is waited out.
succeed() {
	while status=$(call "$@") && [ "$status" = 429 ] && [ -n "$(header Retry-After)" ]; do
		sleep "$(header Retry-After)"
	done
	[ "$status" = 200 ] || { cat "$answer/body" >&2; exit 1; }
	cat "$answer/body"
}

uuid=$(succeed -G "$api/v1/sip-connections" --data-urlencode 'filter=name = "Patient Contact Centre"' | jq -r '.sipConnections[0].uuid')
invites=$api/v1/sip-connections/$uuid/invites
echo "connection: $(succeed "$api/v1/sip-connections/$uuid" | jq -r .name)"

token=
names=
while
	page=$(succeed -G "$invites" -d page_size=2 -d order_by=name -d "page_token=$token" \
		--data-urlencode 'filter=name:"team" OR name:"shift"')
	names="$names$(echo "$page" | jq -r '.sipUserInvites[].name + "; "' | tr -d '\n')"
	token=$(echo "$page" | jq -r .nextPageToken)
	[ -n "$token" ]
do :; done
echo "invites: ${names%; }"

key=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)
new=$(jq -nc --argjson days 7 '{name: "Contact centre, team C", expireTime: (now + $days * 86400 | todate)}')
created=$(succeed "$invites" -H "Idempotency-Key: $key" -d "$new")
echo "invited: $(echo "$created" | jq -r .name)"
again=$(succeed "$invites" -H "Idempotency-Key: $key" -d "$new" | jq -r .uuid)
[ "$again" = "$(echo "$created" | jq -r .uuid)" ] && same='the same invite' || same='another invite'
echo "repeated: $same, replayed $(header Idempotent-Replayed)"

etag=$(echo "$created" | jq -r .etag)
change() {
	call -X PATCH "$invites/$again" -H "If-Match: \"$etag\"" -d '{"name": "Contact centre, team D"}'
}
change >"$answer/status"
echo "changed: $(jq -r .name "$answer/body")"
change >"$answer/status"
echo "old etag: $(jq -r '.details[0] | .reason + ", " + .metadata.delivery' "$answer/body")"

unknown='.details[0].reason == "OUTCOME_UNKNOWN"'
call "$api/v1/sip-apps" -d '{"name": ""}' >"$answer/status"
jq -r '"refused: " + .details[0].reason + ", " + ([.details[1].fieldViolations[] | .field + " " + .description] | join(", ")) + "; outcome unknown: " + ('"$unknown"' | tostring)' "$answer/body"

start=$(date +%s%N)
profiles=$(succeed "$api/v1/messaging-profiles" | jq '.messagingProfiles | length')
[ $(($(date +%s%N) - start)) -ge 1000000000 ] && waited=', after the wait that the vendor asked for' || waited=
echo "profiles: $profiles$waited"

status=$(call "$api/v1/sip-apps" -d '{"name": "Night desk"}')
if [ "$status" = 200 ]; then
	echo "created: $(jq -r .name "$answer/body")"
elif jq -e "$unknown" "$answer/body" >/dev/null; then
	jq -r '.details[0] | "not known: " + .reason + ", delivery " + .metadata.delivery + "; look with " + .metadata.lookupMethod' "$answer/body"
	filter=$(jq -r '.details[0].metadata.lookupRequest | fromjson.filter' "$answer/body")
	echo "found: $(succeed -G "$api/v1/sip-apps" --data-urlencode "filter=$filter" | jq -r '[.sipApps[].name] | join("; ")')"
else
	cat "$answer/body" >&2
	exit 1
fi
