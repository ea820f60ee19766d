#!/bin/sh
# Okta's System Log, from where the last file ended.
# OKTA_URL=https://acme.okta.com, OKTA_TOKEN_FILE (an API token of a read-only administrator), SINCE to begin elsewhere.
set -eu
. "$(dirname "$0")/lib.sh"

begin okta-system-log "$@"
need OKTA_URL "the address of the organization, such as https://acme.okta.com"
authorize SSWS OKTA_TOKEN
# Okta keeps 90 days.
window 90
follow_links "${OKTA_URL%/}/api/v1/logs?since=$since&until=$until&limit=1000" '.[]'
finish "{\"since\":\"$since\",\"until\":\"$until\"}"
