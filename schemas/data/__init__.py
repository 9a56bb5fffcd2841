"""Reference data shipped with the schemas: divisions, codes, refusals, access rules, policy keys."""
