#!/bin/sh
# Okta's groups.
# OKTA_URL=https://acme.okta.com, OKTA_TOKEN_FILE (an API token of a read-only administrator)
set -eu
. "$(dirname "$0")/lib.sh"

begin okta-groups "$@"
need OKTA_URL "the address of the organization, such as https://acme.okta.com"
authorize SSWS OKTA_TOKEN
follow_links "${OKTA_URL%/}/api/v1/groups?limit=200" '.[]'
finish '{}'
