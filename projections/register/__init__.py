"""The register: households now and at any time, their members, spells and measures, timelines, ledger and balance."""
