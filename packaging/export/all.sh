#!/bin/sh
# Runs the scripts of several sources, one after the other, and goes on where one fails, so that one outage does not cost the
# other exports: all.sh DIR SOURCE…, such as all.sh /var/lib/scimdrift/exports okta-system-log okta-users scim-users.
# Each source has its own folder below DIR. Ends with the largest exit code of all.
set -eu
umask 077

[ "$#" -ge 2 ] || { echo "usage: $(basename "$0") DIR SOURCE…" >&2; exit 2; }
here=$(dirname "$0")
dir=$1
shift
worst=0
for source in "$@"; do
    case $source in
        *[!a-z-]* | lib | all) echo "all.sh: $source is no source" >&2; worst=2; continue ;;
    esac
    mkdir -p "$dir/$source"
    code=0
    "$here/$source.sh" "$dir/$source" || code=$?
    [ "$code" -le "$worst" ] || worst=$code
done
exit "$worst"
