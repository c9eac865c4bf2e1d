#!/usr/bin/env bash
# Train the ten networks of `ensemble` where an accelerator can be had.
#
#   bench/accelerator.sh pack DATA ENCODER.pth PACK   here: lits-a, lits-b and msd-liver below DATA,
#                                                     and eight phantoms; about 45 MB
#   bench/accelerator.sh fit PACK BACK [SECONDS]      there: needs this repository's
#                                                     core/training, JAX, Keras, Optax, Pillow
#   bench/accelerator.sh home BACK PACK WEIGHTS       here: weights, cards, losses
set -euo pipefail
cd "$(dirname "$0")/.."
step=$1; shift
case $step in
  pack)
    python -m core phantom --out "$3/phantoms" --cases 8 --seed 1000
    python -m core.training.folds.pack "$3" --encoder "$2" --data "$1/lits-b" \
      --data "$1/lits-a" --data "$1/msd-liver" --data "$3/phantoms" ;;
  fit) python -m core.training.folds.fit "$1" "$2" --seconds "${3:-440}" ;;
  home) python -m core.training.folds.home "$1" --pack "$2" --out "$3" ;;
  *) sed -n '2,9p' "$0"; exit 2 ;;
esac
