#!/bin/sh
# Creates the namespace with its retention; again only sets the retention. Search attributes are the worker's own work.
set -eu

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# The server learns of a new namespace a little later than it creates it; a worker must not be first.
tries=60
until temporal workflow count --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; do
  tries=$((tries - 1))
  if [ "$tries" = 0 ]; then
    echo "the server does not serve $TEMPORAL_NAMESPACE" >&2
    exit 1
  fi
  sleep 1
done
