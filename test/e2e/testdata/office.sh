#!/bin/sh
# Configures a small office through the JSON API: a user with a phone, a group, and
# a queue that rings it. Prints each answer.
#
#   office.sh http://127.0.0.1:8080 [domain id]
set -eu

base=${1:?the base URL, for example http://127.0.0.1:8080}
domain=$base/v1/pbx/domains/${2:-1}

# send METHOD URL [BODY] prints the answer; an error ends the script, with the
# answer on standard error.
send() {
	if ! answer=$(curl --silent --show-error --fail-with-body --request "$1" --header 'Content-Type: application/json' ${3+--data "$3"} "$2"); then
		printf '%s %s failed: %s\n' "$1" "$2" "$answer" >&2
		exit 1
	fi
	printf '%s\n' "$answer"
}

# number NAME takes the number of a member out of the answer.
number() {
	printf '%s' "$answer" | sed -n "s/.*\"$1\": *\([0-9][0-9]*\).*/\1/p"
}

send POST "$domain/users" '{"login":"robin.fletcher","password":"change-me-soon","displayName":"Robin Fletcher","extensionNumber":"0301","ukCallerId":"+441632960001"}'
user=$(number userId)

send POST "$domain/groups" '{"groupName":"frames","displayName":"Frame Builders","extensionNumber":"0510","ringRetry":true,"callerNameFormat":"{displayName} - {srcPhoneNumber}"}'
group=$(number groupId)
send POST "$domain/groups" '{"groupName":"paint","displayName":"Paint Shop","extensionNumber":"0511"}'
backup=$(number groupId)

send POST "$domain/groups/$group/users:add" "{\"userIds\":[$user]}"
send POST "$domain/users/$user/groups:add" "{\"groupIds\":[$backup]}"
send GET "$domain/groups/$group/users"

send POST "$domain/queues" '{"queueName":"custom","displayName":"Custom Builds","extensionNumber":"0810"}'
queue=$(number queueId)

send POST "$domain/queues/$queue/members" "{\"groupId\":$group,\"ringStrategy\":\"PBX_RING_STRATEGY_ALL\",\"ringAttempts\":2,\"ringSeconds\":20,\"ringOrder\":0}"
first=$(number queueMemberId)
send POST "$domain/queues/$queue/members" "{\"groupId\":$backup,\"ringStrategy\":\"PBX_RING_STRATEGY_HUNT_LONGEST_IDLE\",\"ringAttempts\":1,\"ringSeconds\":30,\"ringOrder\":1}"
second=$(number queueMemberId)
send POST "$domain/queues/$queue/members:setOrder" "{\"queueMemberIds\":[$second,$first]}"
send GET "$domain/queues/$queue/members?orderBy=ring_order"

send POST "$domain/devices" '{"pbxDeviceName":"Frame jig phone","macAddress":"10:20:30:1A:2B:3C"}'
device=$(number pbxDeviceId)

# The token that the device registers with is shown this once.
send POST "$domain/users/$user/devices" "{\"pbxDeviceId\":$device}"
send GET "$domain/users/$user/devices"
