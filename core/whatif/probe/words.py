"""One honest sentence about what a reaction shows, and no more than it shows."""

import numpy as np

from core.whatif.probe.reaction import Reaction

SEEN, MISSED = 0.5, 0.1
LOST = 0.2
CAVEAT = (
    "A made-up change in one place shows what the networks can answer to, not how often they "
    "find real lesions."
)


def of_painting(reaction: Reaction) -> str:
    """Say what it means that a lesion was painted away."""
    before, after = _called(reaction)
    if before < MISSED:
        return (
            f"The tumor network called only {before:.0%} of this place before, so there was little "
            "to lose: painting it over says nothing about why."
        )
    if after < MISSED:
        return (
            f"With liver in its place the network calls {after:.0%} of it instead of "
            f"{before:.0%}: it answered to what was painted away, not to the place."
        )
    if after < before / 2:
        return (
            f"Painted over, {after:.0%} of this place is still called, of {before:.0%} before: "
            "the lesion was most of the reason, but something around it speaks for tumor too."
        )
    return (
        f"Painted over, {after:.0%} of this place is still called, of {before:.0%} before: the "
        "network answers here to something other than the lesion that was painted away."
    )


def of_inserting(reaction: Reaction) -> str:
    """Say what it means that a lesion was put in."""
    before, after = _called(reaction)
    region = reaction.region
    lost = np.count_nonzero(region & ~reaction.after.organ) / np.count_nonzero(region)
    if lost > LOST:
        return (
            f"The liver network takes {lost:.0%} of the lesion for something outside the liver, "
            "where the tumor network never looks: what is called tumor there is lost before it is "
            "asked."
        )
    if after >= SEEN and before >= SEEN:
        return f"This place was called tumor before ({before:.0%}), and is so still ({after:.0%})."
    if after >= SEEN:
        return f"The network sees it: {after:.0%} of the inserted lesion is called tumor."
    if after >= MISSED:
        return f"The network sees it in part: {after:.0%} of the inserted lesion is called tumor."
    return f"The network does not see it: {after:.0%} of the inserted lesion is called tumor."


def _called(reaction: Reaction) -> tuple[float, float]:
    return reaction.called_inside(reaction.before), reaction.called_inside(reaction.after)
