"""The shape of several machines on one: proxy, workers, PostgreSQL with a replica, Redis (docs/scaling.md, `make cluster`)."""
