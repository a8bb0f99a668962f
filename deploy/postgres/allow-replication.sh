#!/bin/sh
# Run once, when the primary's data is made: the replica may connect, with the password. The network is the inside one.
set -eu
echo "host replication bot samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
