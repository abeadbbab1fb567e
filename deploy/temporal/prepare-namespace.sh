#!/bin/sh
# Creates the namespace with its retention and the engine's search attributes; again is harmless.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# Adding an attribute that is there already is an error to this tool, so each is asked for first.
known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE")
add() {
  if printf '%s\n' "$known" | grep -qw -- "$1"; then return 0; fi
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"
}

add KvitokPayer Keyword
add KvitokBiller Keyword
add KvitokCategory Keyword
add KvitokGateway Keyword
add KvitokDue Datetime
add KvitokAttention Keyword
