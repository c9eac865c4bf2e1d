"""The Pipeline page: one case on stage, step by step."""
