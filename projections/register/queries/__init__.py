"""Questions to the register: households now and on any day, lists, totals, timelines, the ledger and the balance."""
