"""Scans in, results out."""

from core.io.reading import read

__all__ = ["read"]
