#!/bin/sh
# Entra's sign-ins, from where the last file ended.
# GRAPH_TOKEN_FILE (an access token for Microsoft Graph with AuditLog.Read.All), ENTRA_APP_ID (only those to this application:
# its Application ID), SINCE to begin elsewhere.
set -eu
. "$(dirname "$0")/lib.sh"

begin entra-sign-in "$@"
authorize Bearer GRAPH_TOKEN
window 30
filter="createdDateTime%20ge%20$since%20and%20createdDateTime%20le%20$until"
if [ -n "${ENTRA_APP_ID:-}" ]; then
    id_of ENTRA_APP_ID
    filter="$filter%20and%20appId%20eq%20'$ENTRA_APP_ID'"
fi
follow_graph "${GRAPH_URL:-https://graph.microsoft.com/v1.0}/auditLogs/signIns?\$filter=$filter" '.value[]'
finish "{\"since\":\"$since\",\"until\":\"$until\"}"
