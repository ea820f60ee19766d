#!/bin/sh
# The resource groups of a Hugging Face organization.
# HF_ORG (the organization), HF_TOKEN_FILE (an access token of an owner of the organization)
set -eu
. "$(dirname "$0")/lib.sh"

begin huggingface-resource-groups "$@"
need HF_ORG "the name of the organization"
id_of HF_ORG
authorize Bearer HF_TOKEN
follow_links "${HF_URL:-https://huggingface.co}/api/organizations/$HF_ORG/resource-groups" '.[]'
finish "{\"organization\":\"$HF_ORG\"}"
