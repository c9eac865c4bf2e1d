"""Train the networks of all folds where an accelerator can be had.

`pack` makes a folder of some 50 MB on a machine with the data; `fit` needs that folder, this room,
`core.training.lesions`, JAX, Keras and Optax, and no TensorFlow; `home` makes trained networks of
what it brings back. ``bench/accelerator.sh`` does the three one after the other.
"""
