"""One file for each revision. A published one never changes; what it says is done to databases that have it behind them."""
