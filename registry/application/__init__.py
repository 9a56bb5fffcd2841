"""What stands between a request and the aggregates: parse, authorise, load, decide, save."""
