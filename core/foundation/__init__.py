"""Models made elsewhere: Segment Anything, LLaVA, and the hub they come from."""
