# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by the scripts
# What the export scripts share; each reads it with `.`. It needs curl and jq.
#
# Every script takes one argument, the folder to write to, and all else from the environment, as its head says. A secret comes
# from the environment (OKTA_TOKEN) or, better, from a file that the environment names (OKTA_TOKEN_FILE); it never stands on a
# command line, where others could see it.
#
# An export is one file: an envelope with the time it was taken at its beginning, written beside and renamed when the last
# page has come. Whatever goes wrong leaves no file, and an exit code:
#   0 written · 1 the server refused or broke off · 2 wrong usage, or a program is missing · 3 written, but not complete ·
#   4 the answer leads to another server

umask 077
export LC_ALL=C

say() {
    echo "$(basename "$0"): $1" >&2
}

die() {
    say "$2"
    exit "$1"
}

# need NAME WHAT: the variable must be set.
need() {
    eval "need_value=\${$1:-}"
    # shellcheck disable=SC2154
    [ -n "$need_value" ] || die 2 "$1 is not set: $2"
}

# begin SOURCE DIR: the folder, and a place of one's own that is gone at the end.
begin() {
    source=$1
    [ "$#" -eq 2 ] || die 2 "usage: $(basename "$0") DIR"
    dir=$2
    [ -d "$dir" ] || die 2 "$dir is no folder"
    for program in curl jq; do
        command -v "$program" > /dev/null || die 2 "$program is not there; it is needed"
    done
    work=$(mktemp -d "$dir/.$source.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    collected_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
    page=0
    : > "$work/items"
}

# authorize SCHEME NAME: keeps the header with the token of NAME_FILE or NAME in a file that curl reads.
authorize() {
    eval "token_file=\${$2_FILE:-} token=\${$2:-}"
    if [ -n "$token_file" ]; then
        token=$(cat "$token_file") || die 2 "$2_FILE: $token_file cannot be read"
    fi
    # shellcheck disable=SC2154
    [ -n "$token" ] || die 2 "neither $2_FILE nor $2 is set"
    case $token in *[!!-~]*) die 2 "$2 holds what no token has: a space, a line break, or a character beyond ASCII" ;; esac
    # printf is part of the shell, so this is no command line.
    printf 'Authorization: %s %s\n' "$1" "$token" > "$work/header"
    token=
}

# origin URL: scheme, host and port.
origin() {
    expr "$1" : '\(https*://[^/?#]*\)' || true
}

# get URL: one page into $work/page, its head into $work/head. The first URL says which server it is; no other gets the token.
get() {
    get_origin=$(origin "$1")
    : "${home:=${get_origin:-no address}}"
    [ "$get_origin" = "${home:?}" ] || die 4 "the answer leads to another server ($get_origin), which gets no token"
    case $home in
        https://* | http://127.0.0.1:* | http://localhost:*) ;;
        *) die 2 "$home: only https is asked" ;;
    esac
    case $home in *@*) die 2 "an address with a user in it is not asked" ;; esac
    page=$((page + 1))
    # Rate limits and short outages are waited for, as long as Retry-After says; redirects are not followed.
    curl --disable --silent --show-error --fail --globoff --proto =http,https --connect-timeout 30 --max-time 600 \
        --retry "${RETRIES:-6}" --retry-max-time 1800 \
        --header @"$work/header" --header 'Accept: application/json' --dump-header "$work/head" --output "$work/page" --url "$1" \
        || die 1 "page $page could not be fetched; nothing is written"
    jq -e . "$work/page" > /dev/null 2>&1 || die 1 "page $page is no JSON; nothing is written"
}

# keep FILTER [jq arguments]: the records of the page, one a line.
keep() {
    keep_filter=$1
    shift
    jq -c "$@" "$keep_filter" "$work/page" >> "$work/items" || die 1 "page $page has another form than expected; nothing is written"
}

# linked: the address of the next page by the head (RFC 8288), empty where there is none.
linked() {
    tr -d '\r' < "$work/head" | awk '
        /^HTTP\// { next_page = "" }                                    # the head of another attempt
        tolower($0) ~ /^link:/ {
            rest = $0
            while (match(rest, /<[^>]*>[^<]*/)) {
                link = substr(rest, RSTART, RLENGTH)
                rest = substr(rest, RSTART + RLENGTH)
                if (link ~ /;[ \t]*rel="?next"?/) next_page = substr(link, 2, index(link, ">") - 2)
            }
        }
        END { print next_page }'
}

# follow_links URL FILTER [jq arguments]: every page of a listing whose head names the next one.
follow_links() {
    follow_url=$1
    shift
    while [ -n "$follow_url" ]; do
        get "$follow_url"
        keep "$@"
        follow_url=$(linked)
        # A log that never ends says so with an empty page.
        [ "$(jq 'length' "$work/page")" -gt 0 ] || follow_url=
    done
}

# follow_graph URL FILTER [jq arguments]: every page of Microsoft Graph.
follow_graph() {
    follow_url=$1
    shift
    while [ -n "$follow_url" ]; do
        get "$follow_url"
        keep "$@"
        follow_url=$(jq -r '."@odata.nextLink" // empty' "$work/page")
    done
}

# escaped TEXT: as a part of an address.
escaped() {
    jq -nr --arg text "$1" '$text | @uri'
}

# id_of NAME: the variable must hold an id, since it becomes part of an address and of a file name.
id_of() {
    eval "id_value=\$$1"
    # shellcheck disable=SC2154
    case $id_value in *[!A-Za-z0-9._-]*) die 2 "$1 is no id: $id_value" ;; esac
}

# window DAYS: $since and $until of a log. It goes on where the last file ended, two hours earlier, since logs come late and
# reading an event again changes nothing; without a file, DAYS back. SINCE=2026-07-01T00:00:00Z overrides both.
window() {
    until=$collected_at
    if [ -n "${SINCE:-}" ]; then
        since=$SINCE
    else
        # The times are in the names: 2026-10-01T020000Z
        last=$(find "$dir" -maxdepth 1 -name "$source-[0-9]*.json*" | sed "s|.*/$source-||; s|\.json.*||" | sort | tail -n 1)
        since=$(jq -nr --arg last "$last" --arg until "$until" --argjson days "$1" '
            ([$last | capture("^(?<day>[0-9-]{10})T(?<h>[0-9]{2})(?<m>[0-9]{2})(?<s>[0-9]{2})Z$")] | .[0]) as $at
            | if $at then ("\($at.day)T\($at.h):\($at.m):\($at.s)Z" | fromdate) - 7200 else ($until | fromdate) - $days * 86400 end
            | todate') || die 1 "the window of the log cannot be told"
    fi
    case $since in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z) ;; *) die 2 "SINCE is no time such as 2026-07-01T00:00:00Z" ;; esac
}

# finish PARAMS [COMPLETE] [NAME]: the envelope around the records, renamed to its name.
finish() {
    name=${3:-$source}-$stamp.json
    {
        printf '{"scimdrift":"listing/1","source":"%s","params":%s,"collected_at":"%s","complete":%s,"items":[\n' \
            "$source" "$1" "$collected_at" "${2:-true}"
        sed '$!s/$/,/' "$work/items"
        printf ']}\n'
    } > "$work/export"
    mv "$work/export" "$dir/$name"
    say "$name: $(wc -l < "$work/items" | tr -d ' ') records"
    : > "$work/items"
}

# scim_endpoint: $scim_url, and the token for it.
scim_endpoint() {
    if [ -n "${SCIM_URL:-}" ]; then
        scim_url=${SCIM_URL%/}
        scim_params='{}'
        authorize Bearer SCIM_TOKEN
        return
    fi
    need HF_ORG "the name of the organization"
    id_of HF_ORG
    case ${HF_SSO:-managed} in
        managed) scim_path=scim/v2 ;;
        basic) scim_path=scim-provisioning/v2 ;;
        *) die 2 "HF_SSO is managed or basic" ;;
    esac
    scim_url=${HF_URL:-https://huggingface.co}/api/organizations/$HF_ORG/$scim_path
    scim_params="{\"organization\":\"$HF_ORG\"}"
    authorize Bearer HF_TOKEN
}

# scim_pages URL: every page by its index (RFC 7644 section 3.4.2.4), and whether they add up to what the server says there is.
scim_pages() {
    start=1
    while :; do
        get "$1?startIndex=$start&count=${SCIM_COUNT:-1000}"
        keep '.Resources // [] | .[]'
        got=$(jq '.Resources // [] | length' "$work/page")
        total=$(jq '.totalResults' "$work/page")
        start=$((start + got))
        if [ "$got" -eq 0 ] || [ "$start" -gt "$total" ]; then break; fi
    done
    complete=$(jq -s --argjson total "$total" 'map(.id) | unique | length == $total' "$work/items")
    [ "$complete" = true ] || say "the pages hold another number of resources than the server says ($total): marked as not complete"
}
