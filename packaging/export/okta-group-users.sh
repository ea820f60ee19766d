#!/bin/sh
# The members of Okta's groups, one file for each group.
# OKTA_URL=https://acme.okta.com, OKTA_TOKEN_FILE (an API token of a read-only administrator), OKTA_GROUPS="00g1… 00g2…" (ids of groups; without it all)
set -eu
. "$(dirname "$0")/lib.sh"

begin okta-group-users "$@"
need OKTA_URL "the address of the organization, such as https://acme.okta.com"
authorize SSWS OKTA_TOKEN
if [ -z "${OKTA_GROUPS:-}" ]; then
    follow_links "${OKTA_URL%/}/api/v1/groups?limit=200" '.[].id' -r
    OKTA_GROUPS=$(cat "$work/items")
    : > "$work/items"
fi
for group in $OKTA_GROUPS; do
    id_of group
    follow_links "${OKTA_URL%/}/api/v1/groups/$group/users?limit=200" '.[]'
    finish "{\"groupId\":\"$group\"}" true "okta-group-users-$group"
done
