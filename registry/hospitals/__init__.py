"""Doors for hospitals that do not write to Kafka themselves: what they send as JSON, FHIR or rows becomes their records."""
