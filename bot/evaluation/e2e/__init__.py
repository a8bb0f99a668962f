"""`bot test`: conversations written in YAML are held against a model in this process or a live server (docs/testing.md)."""
