"""The process that explains: a `core.desk.Desk` that has TensorFlow."""

from core.desk import Desk

__all__ = ["Desk"]
