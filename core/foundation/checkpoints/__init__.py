"""Checkpoints of foundation models: in a folder, on the Hugging Face Hub, and in memory.

Nothing here knows what a checkpoint is of; `core.foundation.sam` and `core.report.llava` do.
"""
