#!/bin/sh
# A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
set -eu
with_certificate() {
  curl --silent --show-error --fail-with-body --cert "$CERT" --key "$KEY" --cacert "$CA" "$@"
}

answer=$(with_certificate "$TOKEN_ENDPOINT" --data grant_type=client_credentials \
  --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "resource=$RESOURCE") || {
  echo "$answer" >&2
  exit 1
}
token=$(echo "$answer" | sed -E 's/.*"access_token":"([^"]+)".*/\1/')
# By way of a pipe, so that no list of processes shows the token.
echo "Authorization: Bearer $token" | with_certificate --header @- "$RESOURCE/orders"
