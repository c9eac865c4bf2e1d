"""Every error a user can meet, with a message written for that user.

HepatoScopeError
├── UnreadableScan      the file cannot be decoded: corrupt, empty, truncated, mislabelled
├── UnsupportedScan     it decodes, but is nothing we can segment: 2-D, RGB, MR, too large
├── WeightsMissing      no trained network for this preset on this machine
├── BadDataset          a training or evaluation folder that cannot be used, or would leak
├── BadAtlas            a patch atlas that is damaged, of other weights, or too small for a map
├── BadCheckpoint       a foundation model that is missing, another kind, out of reach or too large
├── BadEdits            corrections that are damaged, of other labels, or cannot be made
├── MaybeOtherPatient   two studies look like those of two patients; the user may know better
├── OutOfTime           work that may take long took longer than it was allowed to
├── NoRoom              a disk of this machine is full, or may not be written to
├── ProcessEnded        the process that did the work crashed, or wanted more memory than there is
└── Cancelled           the user asked to stop
"""


class HepatoScopeError(Exception):
    """One sentence that says what was wrong and what to do about it."""


class UnreadableScan(HepatoScopeError):
    """The file cannot be decoded."""


class UnsupportedScan(HepatoScopeError):
    """The file decodes, but is not a CT volume that can be segmented."""


class WeightsMissing(HepatoScopeError):
    """A preset has no trained network on this machine."""


class BadDataset(HepatoScopeError):
    """A data folder cannot be used for training or evaluation."""


class BadAtlas(HepatoScopeError):
    """A patch atlas cannot be read, or what is asked of it cannot be done."""


class BadCheckpoint(HepatoScopeError):
    """A foundation model's checkpoint cannot be found, fetched or used on this machine."""


class BadEdits(HepatoScopeError):
    """Corrections cannot be read, belong to other labels, or cannot be made of these."""


class BadCohort(HepatoScopeError):
    """A cohort of scans cannot be found, worked on, or its table read."""


class BadWorkspace(HepatoScopeError):
    """A workspace cannot be read or written, or holds nothing of what is asked."""


class MaybeOtherPatient(HepatoScopeError):
    """Two studies look like those of two patients; who knows better may insist."""


class OutOfTime(HepatoScopeError):
    """Work took longer than it was allowed to.

    Parameters
    ----------
    sentence : what to tell the user.
    written : the text that was written until then.
    """

    def __init__(self, sentence: str, written: str = "") -> None:
        super().__init__(sentence)
        self.written = written


class NoRoom(HepatoScopeError):
    """A disk of this machine is full, or may not be written to."""


class ProcessEnded(HepatoScopeError):
    """The process that did the work crashed, or wanted more memory than it may have."""


class Cancelled(HepatoScopeError):
    """The user stopped the work."""
