"""The cohort that is shipped is what the shipped networks make of those phantoms."""

import numpy as np
import pytest

from core.cascade.networks import load_networks
from core.cohort.rows import DONE, read_table
from core.models.store import WEIGHTS_DIR, preset_digests
from core.phantom import make_phantom
from core.presets import preset_named
from core.study import examine

FOLDER, FIRST_SEED = WEIGHTS_DIR / "cohorts" / "phantoms", 700


def test_shipped_table_was_made_by_the_shipped_weights_and_names_no_place() -> None:
    rows = read_table(FOLDER).to_pylist()
    assert len(rows) == 48
    digests = preset_digests(preset_named(rows[0]["preset"]))
    made_by = ",".join(digest[:16] for _, digest in sorted(digests.items()))
    for known in rows:
        assert known["state"] == DONE
        assert known["models"] == made_by
        assert known["input"] == f"{known['case']}.nii.gz"


@pytest.mark.slow
def test_its_figures_come_out_again() -> None:
    known = {one["case"]: one for one in read_table(FOLDER).to_pylist()}["volume-5"]
    preset = preset_named(known["preset"])
    volume = make_phantom(FIRST_SEED + 5).volume
    findings = examine(volume, preset, networks=load_networks(preset)).known.findings
    told = known["liver_volume_ml"], known["tumor_volume_ml"]
    again = findings.liver_volume_ml, findings.tumor_volume_ml
    np.testing.assert_allclose(again, told, rtol=0.005)
    assert len(findings.lesions) == known["lesions"]
