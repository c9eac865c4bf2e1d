"""HepatoScope without a browser."""

import os

# Both are read when the libraries are imported, wherever that happens first.
# segmentation-models finds tf.keras, and with it Keras 3, only through this variable.
os.environ.setdefault("SM_FRAMEWORK", "tf.keras")
# TensorFlow reports missing GPUs as errors; none is needed.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
