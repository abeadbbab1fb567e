#!/bin/sh
# Creates Temporal's two databases in our PostgreSQL and brings their schemas to this image's version; again is harmless.
set -eu

prepare() {
  temporal-sql-tool --database "$1" create
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
