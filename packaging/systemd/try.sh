#!/bin/sh
# Runs the command of scimdrift.service the way the unit confines it, without systemd: as nobody, without capabilities and
# network, on a system that is read-only except for the state folder. Asks for root, since only root can take all that away.
#
#   packaging/systemd/try.sh target/release/scimdrift [COMPANY]
#
# COMPANY is a folder with scimdrift.toml and its exports; without it the made-up one. Ends with the exit code of the run, or
# with 99 where the confinement does not hold.
set -eu

here=$(dirname "$(realpath "$0")")
binary=$(realpath "$1")
company=$(realpath "${2:-$here/../../fixtures/acme}")
command=$(sed -n "s/^ExecStart=\/bin\/sh -c '\(.*\)'\$/\1/p" "$here/scimdrift.service" | sed 's/%%/%/g')
[ -n "$command" ] || { echo "try.sh: scimdrift.service has no command" >&2; exit 99; }

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
mkdir -p "$place/bin" "$place/etc" "$place/state"
cp "$binary" "$place/bin/scimdrift"
cp -R "$company/." "$place/etc"
chmod -R a+rX "$place/bin" "$place/etc"
chown 65534:65534 "$place/state"
chmod 700 "$place/state"

export place command
code=0
# shellcheck disable=SC2016
unshare --mount --net sh -eu -c '
    mount --make-rprivate /
    mount --bind "$place/state" "$place/state"
    # Everything else read-only, whatever is mounted where; what the kernel keeps to itself stays as it is.
    cut -d " " -f 5 /proc/self/mountinfo | while read -r mount; do
        [ "$mount" = "$place/state" ] || mount -o remount,bind,ro "$mount" 2>/dev/null || true
    done
    exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
        env -i PATH="$place/bin:/usr/bin:/bin" STATE_DIRECTORY="$place/state" SCIMDRIFT_CONFIG="$place/etc/scimdrift.toml" \
        place="$place" command="$command" sh -c "
            umask 077
            for elsewhere in \"\$place/etc/x\" /tmp/x /var/tmp/x; do
                if touch \"\$elsewhere\" 2>/dev/null; then echo \"try.sh: \$elsewhere can be written to\" >&2; exit 99; fi
            done
            if [ \"\$(grep -c : /proc/net/dev)\" != 1 ]; then echo \"try.sh: there is a network\" >&2; exit 99; fi
            cd \"\$STATE_DIRECTORY\" && exec sh -c \"\$command\""
' || code=$?

echo "exit code $code; in the state folder:"
find "$place/state" -mindepth 1 -maxdepth 2 -exec stat -c '%A %U %n' {} + | sed "s|$place/||" | sort -k 3
exit "$code"
