"""Values on their way between two processes."""

import pickle
from typing import IO, Any

# A value but for its arrays, and these.
Packed = tuple[bytes, list[Any]]


def write(stream: IO[bytes], value: Any) -> None:
    """Write `value` to `stream`: arrays without a copy, and all of it or, where it fails, none."""
    arrays: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append)
    pickle.dump((body, arrays), stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def read(stream: IO[bytes]) -> Packed:
    """Read what `write` wrote, still packed; raises EOFError where the stream has ended."""
    packed: Packed = pickle.load(stream)
    return packed


def unpacked(packed: Packed) -> Any:
    """Make the value again, which loads the modules that it is of."""
    body, arrays = packed
    return pickle.loads(body, buffers=arrays)
