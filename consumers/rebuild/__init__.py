"""Makes a read model again from the log beside the live one, compares the two at the same offsets, and swaps."""
