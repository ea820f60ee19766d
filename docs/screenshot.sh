#!/usr/bin/env bash
# Makes docs/report.png: the first screen of the report of the fixtures' company. Needs Chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=target/screenshot
rm -rf "$out"
mkdir -p "$out"
cargo run --quiet --locked -- run --quiet --config fixtures/acme/scimdrift.toml --as-of 2026-06-30T06:00:00Z --store "$out/store.db" --out "$out/report" || [ $? = 3 ]
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
  --hide-scrollbars --force-device-scale-factor=1 --window-size=1280,900 --user-data-dir="$out/profile" \
  --screenshot=docs/report.png "file://$PWD/$out/report/report.html" 2>/dev/null
rm -rf "$out/profile"
echo "docs/report.png"
