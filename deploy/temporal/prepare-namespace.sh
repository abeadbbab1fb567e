#!/bin/sh
# Creates the namespace with its retention; again is harmless. Search attributes are the worker's own work.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
