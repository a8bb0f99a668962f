#!/bin/sh
# Starts the streaming replica: copies the primary the first time, follows it from then on.
# To let it take over, with the primary stopped for good: pg_ctl promote -D /var/lib/postgresql/data
set -eu
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
    # -R writes how to follow the primary, the password included, into a file that only this user reads.
    pg_basebackup -D "$data" -R --checkpoint=fast -d "host=postgres user=bot application_name=replica"
    chmod 700 "$data"
fi
exec postgres -D "$data" -c wal_retrieve_retry_interval=250ms
