"""SAM beside our networks: masks of anything, by a model that was never shown a CT.

Kirillov et al., Segment Anything, ICCV 2023. PyTorch and transformers are optional and loaded
where they are used; nothing is fetched unless `core.foundation.sam.hub.download` is called.
"""
