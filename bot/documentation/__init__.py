"""Makes the documentation's pictures from the code, its screenshots from a running server, and its HTML pages."""
