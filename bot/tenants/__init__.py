"""Several clinics in one program: a file for each, chosen by the host name that was asked for (docs/tenants.md)."""
