#!/bin/sh
# What CloudTrail's event history has of IAM, sign-ins and IAM Identity Center's SCIM endpoint, through the AWS command line,
# which signs its requests and follows the pages itself; there is no curl here. Credentials as for any `aws` command, with
# cloudtrail:LookupEvents. IAM is a global service: AWS_REGION=us-east-1; SCIM is in the region of the Identity Center.
# SINCE to begin elsewhere than where the last file ended. A trail in a bucket reaches further back: `aws s3 sync`.
set -eu
. "$(dirname "$0")/lib.sh"

begin aws-cloudtrail "$@"
command -v aws > /dev/null || die 2 "aws is not there; it is needed"
# The event history keeps 90 days.
window 89
for service in iam.amazonaws.com signin.amazonaws.com identitystore-scim.amazonaws.com; do
    aws cloudtrail lookup-events --output json --start-time "$since" --end-time "$until" \
        --lookup-attributes "AttributeKey=EventSource,AttributeValue=$service" > "$work/page" || die 1 "$service: cannot be asked; nothing is written"
    keep '.Events[].CloudTrailEvent | fromjson'
done
finish "{\"since\":\"$since\",\"until\":\"$until\"}"
