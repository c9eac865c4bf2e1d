"""Bringing HepatoScope to others: a Space, and what a host may want to know of it."""
