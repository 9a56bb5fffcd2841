"""What both sides agree on: schemas, codec, topics, code tables, divisions, labels, access rules. Imports nothing of ours."""
