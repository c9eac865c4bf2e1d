"""Hostile inputs for every entrance: made, tried, counted.

python -m tests.fuzz --inputs 20000 --table docs/hostile.md    the long mode
pytest tests/fuzz                                              a minute of it, and the corpus
python -m tests.fuzz.guided nifti -max_total_time=600          guided by coverage (atheris)
"""
