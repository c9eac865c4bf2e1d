"""What runs behind the `Desk`: ``python -m core.process.desk_process``.

Takes pickled ``(function, arguments)`` on standard input, and answers on standard output with
``("progress", told)`` and at last ``("done", result)``.
"""

import os
import pickle
import sys
from typing import IO, Any

from core.process.desk import Failed


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks until nobody is there to ask."""

    def tell(kind: str, what: Any) -> None:
        pickle.dump((kind, what), answers)
        answers.flush()

    while True:
        try:
            function, arguments = pickle.load(tasks)
        except EOFError:
            return
        try:
            tell("done", function(*arguments, lambda told: tell("progress", told)))
        # Carried to the asker, who knows what to do with it.
        except Exception as error:
            tell("done", Failed(error))


if __name__ == "__main__":
    # Results go out by the first standard output; what libraries print must not get between.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, results)
