"""HepatoScope without a browser."""

import os
import sys

# All are read when the libraries are imported, wherever that happens first.
# segmentation-models finds tf.keras, and with it Keras 3, only through this variable.
os.environ.setdefault("SM_FRAMEWORK", "tf.keras")
# A mask is mostly zeros, which take no memory until something is written beside them: in the
# system's pages of 4 kB, not in those of 2 MB that NumPy would ask for.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
# TensorFlow reports missing GPUs as errors; none is needed.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# OpenVINO tells a Google host of every import and conversion, by processes that outlive their
# parent where that host is not reached. Without this module, which it can do without, it does not.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
