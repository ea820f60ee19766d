#!/bin/sh
# Who is assigned to the application, and how far the sync is.
# OKTA_URL=https://acme.okta.com, OKTA_TOKEN_FILE (an API token of a read-only administrator), OKTA_APP (the application's id, 0oa…)
set -eu
. "$(dirname "$0")/lib.sh"

begin okta-app-users "$@"
need OKTA_URL "the address of the organization, such as https://acme.okta.com"
need OKTA_APP "the id of the application that provisions the target, 0oa…"
id_of OKTA_APP
authorize SSWS OKTA_TOKEN
follow_links "${OKTA_URL%/}/api/v1/apps/$OKTA_APP/users?limit=500" '.[]'
finish "{\"appId\":\"$OKTA_APP\"}"
