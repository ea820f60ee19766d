#!/bin/sh
# Who is assigned to the application in Entra.
# GRAPH_TOKEN_FILE (an access token for Microsoft Graph with Application.Read.All), ENTRA_SERVICE_PRINCIPAL (the Object ID of the
# application under Enterprise applications)
set -eu
. "$(dirname "$0")/lib.sh"

begin entra-app-role-assignments "$@"
need ENTRA_SERVICE_PRINCIPAL "the Object ID of the application under Enterprise applications"
id_of ENTRA_SERVICE_PRINCIPAL
authorize Bearer GRAPH_TOKEN
follow_graph "${GRAPH_URL:-https://graph.microsoft.com/v1.0}/servicePrincipals/$ENTRA_SERVICE_PRINCIPAL/appRoleAssignedTo?\$top=999" '.value[]'
finish "{\"servicePrincipalId\":\"$ENTRA_SERVICE_PRINCIPAL\"}"
