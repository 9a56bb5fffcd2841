"""Kills at random under a real Kafka, a real PostgreSQL and the real processes, from a seed; then everything is counted."""
