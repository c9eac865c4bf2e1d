"""SAM beside our networks: masks of anything, by a model that was never shown a CT.

Kirillov et al., Segment Anything, ICCV 2023. A distilled one is shipped and runs on OpenVINO. For
larger ones PyTorch and transformers are optional. `core.foundation.sam.process` loads either in a
process of its own. Nothing is fetched unless `core.foundation.sam.checkpoint.download` is called.
"""
