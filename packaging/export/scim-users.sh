#!/bin/sh
# The users of the target as its SCIM endpoint lists them. For Hugging Face:
# HF_ORG (the organization), HF_TOKEN_FILE (an access token of an owner of the organization), HF_SSO=basic where users are
# not managed. For another endpoint: SCIM_URL and SCIM_TOKEN_FILE.
set -eu
. "$(dirname "$0")/lib.sh"

begin scim-users "$@"
scim_endpoint
scim_pages "$scim_url/Users"
finish "$scim_params" "$complete"
[ "$complete" = true ] || exit 3
