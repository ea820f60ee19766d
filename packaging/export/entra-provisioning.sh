#!/bin/sh
# Entra's provisioning log, from where the last file ended.
# GRAPH_TOKEN_FILE (an access token for Microsoft Graph with AuditLog.Read.All), SINCE to begin elsewhere.
set -eu
. "$(dirname "$0")/lib.sh"

begin entra-provisioning "$@"
authorize Bearer GRAPH_TOKEN
# Entra keeps 30 days, with a premium licence.
window 30
follow_graph "${GRAPH_URL:-https://graph.microsoft.com/v1.0}/auditLogs/provisioning?\$filter=activityDateTime%20ge%20$since%20and%20activityDateTime%20le%20$until" '.value[]'
finish "{\"since\":\"$since\",\"until\":\"$until\"}"
