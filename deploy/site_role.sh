#!/bin/sh
# The site's own role: it may use the tables; the owner alone may change them, and nobody changes the audit.
set -e
psql -v ON_ERROR_STOP=1 -v password="$SITE_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE holdfast_site LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE holdfast TO holdfast_site;
SQL
