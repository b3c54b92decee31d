#!/bin/sh
# Makes the sandbox answer one list with "too many requests", and lose the answer to one
# create, for the jobs of this folder. Without these faults the jobs run as well.
set -eu
faults=${SIPFACADE_ADMIN:-http://127.0.0.1:9091}/sandbox/faults
curl -sSf -o /dev/null "$faults" -d '{"vendor": "opentact", "kind": "rate_limited", "route": "ListMessagingProfiles", "times": 1}'
curl -sSf -o /dev/null "$faults" -d '{"vendor": "opentact", "kind": "reset_after", "route": "CreateSIPControlApp", "times": 1}'
