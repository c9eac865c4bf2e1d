"""The atlas of patches of the liver: what a network makes of them, and maps of that."""
