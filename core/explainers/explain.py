"""Explain one slice by one method, or judge an explanation: in a process of its own."""

from time import perf_counter

import numpy as np

from core.explainers.attribution import Attribution, Progress
from core.explainers.faithfulness import Curves, curves
from core.explainers.network import Floats, KerasNetwork, network_of
from core.explainers.question import Question
from core.explainers.registry import method_named
from core.models.store import trusted_digest


def explain(
    question: Question,
    method: str,
    samples: int | None,
    seed: int,
    progress: Progress = lambda share: None,
) -> Attribution:
    """Answer `question` by `method`, with its default number of samples where None."""
    return explained_by(asked(question), question, method, samples, seed, progress)


def judge_curves(
    question: Question, values: Floats, seed: int, progress: Progress = lambda share: None
) -> Curves:
    """Delete and insert the pixels of `question` in the order of `values` [S, S]."""
    return curves(asked(question), question, values, seed, progress)


def prepare(question: Question) -> float:
    """Load the network of `question` and trace it; returns the score."""
    image = question.image[None]
    network = asked(question)
    network.gradient(image)
    return float(network.score(image)[0])


def asked(question: Question) -> KerasNetwork:
    """Give the network of `question`, aimed at its target."""
    network = network_of(question.weights, question.size, trusted_digest(question.weights))
    network.aim(question)
    return network


def explained_by(
    network: KerasNetwork,
    question: Question,
    method: str,
    samples: int | None,
    seed: int,
    progress: Progress,
) -> Attribution:
    """Answer `question` by `method` on a network that is aimed at its target."""
    chosen = method_named(method)
    count = chosen.samples if samples is None else samples
    began = perf_counter()
    parts = chosen.attribute(network, question, count, seed, progress)
    seconds = perf_counter() - began
    both = np.stack([question.image, question.start])
    score, plain_score = (float(value) for value in network.score(both))
    return Attribution(
        method, parts.values, score, parts.expected, plain_score, count, seed, seconds
    )
