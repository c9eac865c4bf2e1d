"""One case, stage by stage: what each step of the cascade makes of it, in figures and pictures."""
