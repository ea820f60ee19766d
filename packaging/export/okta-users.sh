#!/bin/sh
# Okta's people, the deactivated ones too, which the plain listing leaves out.
# OKTA_URL=https://acme.okta.com, OKTA_TOKEN_FILE (an API token of a read-only administrator)
set -eu
. "$(dirname "$0")/lib.sh"

begin okta-users "$@"
need OKTA_URL "the address of the organization, such as https://acme.okta.com"
authorize SSWS OKTA_TOKEN
follow_links "${OKTA_URL%/}/api/v1/users?search=$(escaped 'status eq "DEPROVISIONED"')&limit=200" '.[]'
follow_links "${OKTA_URL%/}/api/v1/users?limit=200" '.[]'
# Whoever was deactivated or came back in between is in both: the second, later word counts.
jq -cs 'reverse | unique_by(.id) | .[]' "$work/items" > "$work/once"
mv "$work/once" "$work/items"
finish '{}'
