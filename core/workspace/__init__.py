"""Cases that readers correct, in a folder that the host names: nothing of them is lost.

A workspace holds `workspace.json`, for each case a folder with the case as it was taken in
(`core.saved`), what is told about it (`case.json`) and a journal of the corrections made since, and
below `taught/` what networks learned from them (`core.training.teaching`).
"""
