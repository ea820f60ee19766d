#!/bin/sh
# The audit log, the last 100,000 entries of a Hugging Face organization.
# HF_ORG (the organization), HF_TOKEN_FILE (an access token of an owner of the organization)
set -eu
. "$(dirname "$0")/lib.sh"

begin huggingface-audit-log "$@"
need HF_ORG "the name of the organization"
id_of HF_ORG
authorize Bearer HF_TOKEN
follow_links "${HF_URL:-https://huggingface.co}/api/organizations/$HF_ORG/audit-log/export" '.[]'
finish "{\"organization\":\"$HF_ORG\"}"
