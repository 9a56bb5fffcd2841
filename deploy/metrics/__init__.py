"""The collectors of the metrics in `schemas.metrics`, and where they are served from."""
