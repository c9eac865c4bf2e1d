"""Corrections by hand: what a reader drew, as a list to be replayed on the labels it began with.

An edit (`core.editing.edits`) says what was drawn, `core.editing.areas` which voxels that is,
`core.editing.apply` what becomes of their labels, `core.editing.history` what can be undone, and
`core.editing.file` how all of it is kept.
"""
