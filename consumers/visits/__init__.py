"""Doubts about home visits: the rules that look at visits together, which no single visit shows."""
