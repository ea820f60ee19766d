#!/usr/bin/env bash
# Counts the instructions that reading, judging and reporting take on a small log, and compares them with those in
# instructions.txt. Without the processor's own SHA-256, which valgrind does not know, hashing is more than half of reading.
# Seconds depend on the machine and on what else it does; instructions hardly do.
#
#   benches/instructions.sh          fails where a count is more than 5 % above the one that is written down
#   benches/instructions.sh --write  writes the counts down
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v valgrind >/dev/null || { echo "   skipped: valgrind is not installed"; exit 0; }
[ "$(uname -m)" = x86_64 ] || { echo "   skipped: the counts are of x86-64"; exit 0; }
[ -n "${SCIMDRIFT_PROGRAM:-}" ] || cargo build --release --locked --quiet
program=${SCIMDRIFT_PROGRAM:-$PWD/target/release/scimdrift}
counts=$PWD/benches/instructions.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Ten thousand events, of which one in twenty touches access.
awk 'BEGIN {
  for (n = 0; n < 10000; n++) {
    kind = n % 20 == 0 ? "group.user_membership.add" : "policy.evaluate_sign_on"
    padding = sprintf("%0400d", n)
    printf "{\"actor\":{\"id\":\"00u%05d\",\"type\":\"User\",\"alternateId\":\"p%d@acme.example\",\"displayName\":\"Person %d\"},", n % 700, n % 700, n % 700
    printf "\"client\":{\"userAgent\":{\"rawUserAgent\":\"Mozilla/5.0 (X11; Linux x86_64)\",\"os\":\"Linux\"},\"ipAddress\":\"192.0.2.7\",\"geographicalContext\":{\"city\":\"Acme\",\"geolocation\":{\"lat\":40.7,\"lon\":-74.0}}},"
    printf "\"eventType\":\"%s\",\"outcome\":{\"result\":\"SUCCESS\",\"reason\":null},\"published\":\"2026-06-%02dT%02d:%02d:%02d.%03dZ\",", kind, 1 + int(n / 400), int(n / 20) % 24, int(n / 7) % 60, n % 60, n % 1000
    printf "\"debugContext\":{\"debugData\":{\"requestUri\":\"/app/acme/sso?x=1&y=2\",\"behaviors\":\"{New Device=NEGATIVE}\",\"padding\":\"%s\"}},", padding
    printf "\"transaction\":{\"type\":\"WEB\",\"id\":\"t%d\",\"detail\":{}},\"uuid\":\"u%08d\",\"version\":\"0\",", n, n
    printf "\"target\":[{\"id\":\"00u%05d\",\"type\":\"User\",\"alternateId\":\"p%d@acme.example\"},{\"id\":\"00g%03d\",\"type\":\"UserGroup\",\"displayName\":\"team-%d\"}]}\n", n % 700, n % 700, n % 30, n % 30
  }
}' >"$folder/system-log.ndjson"
cat >"$folder/scimdrift.toml" <<'TOML'
[report]
organization = "Acme Corp"
[[input]]
path = "system-log.ndjson"
[idp]
provider = "okta"
application = "Hugging Face"
[target]
provider = "huggingface"
name = "acme"
TOML

sleep 3 # a file that was written just now may be written again unseen, and would be hashed again
failed=0
: >"$folder/counts"
for stage in ingest again analyze report; do
  command=$stage
  [ "$stage" = again ] && command=ingest
  more=()
  [ "$stage" = report ] && more=(--out "$folder/report")
  code=0
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$folder/log" "$program" "$command" --quiet --jobs 1 \
    --as-of 2026-06-30T06:00:00Z --config "$folder/scimdrift.toml" --store "$folder/store.db" "${more[@]}" >/dev/null || code=$?
  case $code in 0 | 3) ;; *) cat "$folder/log" >&2; exit 1 ;; esac
  count=$(awk '/Collected/ { print $NF }' "$folder/log")
  echo "$stage $count" >>"$folder/counts"
  wanted=$(awk -v stage="$stage" '$1 == stage { print $2 }' "$counts" 2>/dev/null || true)
  printf '   %-8s %14d instructions, %s written down\n' "$stage" "$count" "${wanted:-none}"
  [ -z "$wanted" ] || [ "$count" -le $((wanted + wanted * 5 / 100)) ] || failed=1
done
[ "${1:-}" = --write ] && cp "$folder/counts" "$counts" && exit 0
[ "$failed" = 0 ] || { echo "   more than 5 % above what is written down: see benches/README.md" >&2; exit 1; }
