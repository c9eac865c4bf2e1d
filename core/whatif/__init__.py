"""The scan changed, and the networks asked again."""
