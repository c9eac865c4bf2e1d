"""A scan that lies otherwise than its file says, turned to lie as the body does.

Labels go back on the file as it is: only the RAS+ volume is another one.
DICOM says where each slice lies, and documents point back to that, so a series is never turned.
"""

from dataclasses import replace
from hashlib import sha256

from core.errors import HepatoScopeError
from core.volume import Grid, Turn, Volume, matrix_of, to_ras

TOLD = {
    Turn.LEFT_RIGHT: "left and right were exchanged",
    Turn.FRONT_BACK: "front and back were exchanged",
    Turn.HEAD_FOOT: "head and feet were exchanged",
    Turn.FROM_RIGHT: "it was turned by a quarter, its right to the back",
    Turn.FROM_LEFT: "it was turned by a quarter, its left to the back",
}
BACK = {Turn.FROM_RIGHT: Turn.FROM_LEFT, Turn.FROM_LEFT: Turn.FROM_RIGHT}
AS_ASKED = "The scan was turned as asked"


def turned(volume: Volume, turn: Turn) -> Volume:
    """Turn a volume: a scan of its own, which turning back makes the first one again.

    Raises HepatoScopeError where it comes from DICOM.
    """
    if volume.dicom_headers:
        raise HepatoScopeError(
            "A DICOM series says where each of its slices lies and is not turned; mend the export "
            "that wrote it."
        )
    turns = (*volume.turns, turn)
    if volume.turns and volume.turns[-1] is BACK.get(turn, turn):
        turns = volume.turns[:-1]
    base = volume.base or volume.digest
    matrix = matrix_of((turn,))
    hu, affine = to_ras(volume.hu, matrix @ volume.affine)
    hu.setflags(write=False)
    notes = tuple(note for note in volume.notes if not note.startswith(AS_ASKED))
    done = " and ".join(TOLD[one] for one in turns)
    return replace(
        volume,
        hu=hu,
        affine=affine,
        native=Grid(volume.native.shape, matrix @ volume.native.affine),
        digest=sha256(f"{base} {' '.join(turns)}".encode()).hexdigest() if turns else base,
        base=base if turns else "",
        notes=(*notes, f"{AS_ASKED}: {done}. Labels lie on the file as it is.") if turns else notes,
        turns=turns,
    )
