"""How a slice becomes a picture."""
