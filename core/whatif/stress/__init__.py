"""The stress lab: make a scan worse in one known way, and see what the result is worth then."""
