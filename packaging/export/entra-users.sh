#!/bin/sh
# Entra's people, the deleted ones of the last 30 days too.
# GRAPH_TOKEN_FILE (an access token for Microsoft Graph with User.Read.All and AuditLog.Read.All),
# ENTRA_NO_SIGN_INS=1 where the tenant has no premium licence, without which Graph does not tell the last sign-in.
set -eu
. "$(dirname "$0")/lib.sh"

begin entra-users "$@"
authorize Bearer GRAPH_TOKEN
graph=${GRAPH_URL:-https://graph.microsoft.com/v1.0}
select=id,userPrincipalName,mail,otherMails,proxyAddresses,displayName,givenName,surname,accountEnabled,createdDateTime,employeeId
with=$select
[ -n "${ENTRA_NO_SIGN_INS:-}" ] || with=$select,signInActivity
follow_graph "$graph/users?\$top=500&\$select=$with" '.value[]'
follow_graph "$graph/directory/deletedItems/microsoft.graph.user?\$top=500&\$select=$select,deletedDateTime" '.value[]'
finish '{}'
