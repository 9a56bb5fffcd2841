#!/bin/sh
# The vault has a database and a role of its own: who reads the events cannot read the names.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$VAULT_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'password';
CREATE DATABASE vault OWNER vault;
REVOKE CONNECT ON DATABASE vault FROM PUBLIC;
SQL
