"""SAM beside our networks: masks of anything, by a model that was never shown a CT.

Kirillov et al., Segment Anything, ICCV 2023. PyTorch and transformers are optional; for the server
`core.foundation.sam.process` loads them in a process of their own. Nothing is fetched unless
`core.foundation.sam.checkpoint.download` is called.
"""
