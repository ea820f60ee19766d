#!/bin/sh
# Entra's groups with their direct members.
# GRAPH_TOKEN_FILE (an access token for Microsoft Graph with GroupMember.Read.All), ENTRA_GROUPS="ID ID" (without it all)
set -eu
. "$(dirname "$0")/lib.sh"

begin entra-groups "$@"
authorize Bearer GRAPH_TOKEN
graph=${GRAPH_URL:-https://graph.microsoft.com/v1.0}
if [ -n "${ENTRA_GROUPS:-}" ]; then
    complete=false
    for group in $ENTRA_GROUPS; do
        id_of group
        get "$graph/groups/$group?\$select=id,displayName"
        keep '{id, displayName}'
    done
else
    complete=true
    follow_graph "$graph/groups?\$top=999&\$select=id,displayName" '.value[] | {id, displayName}'
fi
mv "$work/items" "$work/groups"
: > "$work/whole"
while read -r group; do
    id=$(printf '%s\n' "$group" | jq -r .id)
    id_of id
    : > "$work/items"
    follow_graph "$graph/groups/$id/members?\$top=999&\$select=id" '.value[] | {id, "@odata.type"}'
    jq -cs --argjson group "$group" '$group + {members: .}' "$work/items" >> "$work/whole"
done < "$work/groups"
mv "$work/whole" "$work/items"
# Of some groups only: the others are not gone.
finish '{}' "$complete"
