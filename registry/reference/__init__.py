"""Reference data that live as events: policy documents, divisions, code tables, county plans."""
