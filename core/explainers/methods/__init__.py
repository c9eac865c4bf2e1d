"""One method a file; each defines `METHOD`, and the registry finds it."""
