"""The history that can be proved: hashes, signed checkpoints, exports, and what checks them. See docs/verifiable-history.md."""
