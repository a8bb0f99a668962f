"""The guide: its content file, the checks on it, the SQL store built from it, and the queries. No other folder speaks SQL."""
