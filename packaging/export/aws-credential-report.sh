#!/bin/sh
# The credential report of an AWS account, through the AWS command line, which signs its requests itself; there is no curl here.
# Credentials as for any `aws` command, with iam:GenerateCredentialReport and iam:GetCredentialReport.
set -eu
umask 077

die() {
    echo "$(basename "$0"): $2" >&2
    exit "$1"
}

if [ "$#" -ne 1 ] || [ ! -d "$1" ]; then die 2 "usage: $(basename "$0") DIR"; fi
for program in aws jq base64; do
    command -v "$program" > /dev/null || die 2 "$program is not there; it is needed"
done
work=$(mktemp -d "$1/.aws-credential-report.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A report is made once in four hours, so it is of the time that AWS says, not of now.
tries=0
until [ "$(aws iam generate-credential-report --output json | jq -r .State)" = COMPLETE ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || die 1 "AWS does not finish the report"
    sleep 2
done
aws iam get-credential-report --output json > "$work/answer" || die 1 "the report cannot be fetched; nothing is written"
stamp=$(jq -er '.GeneratedTime | .[0:19] | gsub(":"; "") + "Z"' "$work/answer") || die 1 "the answer has no GeneratedTime"
jq -er .Content "$work/answer" | base64 -d > "$work/export" || die 1 "the answer has no content; nothing is written"
mv "$work/export" "$1/aws-credential-report-$stamp.csv"
