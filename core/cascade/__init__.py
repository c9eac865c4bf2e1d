"""Two networks, one after the other: a scan becomes labels, with reasons."""
