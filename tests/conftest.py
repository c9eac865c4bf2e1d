"""What tests all over the tree need: scans, networks and data folders."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from core.cascade.networks import Networks
from core.foundation.libraries import prepare
from core.io.digest import sha256_of
from core.models.store import WEIGHTS_DIR, WEIGHTS_NAME
from core.volume import Volume
from tests import scene

ROOT = Path(__file__).parents[1]
# A busy machine is no reason to fail.
settings.register_profile("hepatoscope", deadline=None)
settings.load_profile("hepatoscope")
# Before any test module loads PyTorch.
prepare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the folder of real CT."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep converted networks away from those of the user, but from one run to the next.

    Converting one takes TensorFlow and half a minute. Networks are kept by their weights, and here
    also by the code and the libraries that build and convert them.
    """
    code = sorted((ROOT / "core" / "models").glob("*.py"))
    digest = sha256_of([*code, ROOT / "requirements.txt"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATOSCOPE_CACHE", str(request.config.cache.mkdir(digest[:16])))
        yield


@pytest.fixture(scope="session")
def scan() -> Volume:
    """A ball of a liver with a bright tumor."""
    return scene.scan()


@pytest.fixture
def networks() -> Networks:
    """Networks that see by brightness alone."""
    return scene.fake_networks()


@pytest.fixture
def lits(tmp_path: Path) -> Path:
    """A folder in LiTS layout with two small cases, volume-0 and volume-2."""
    return scene.lits_folder(tmp_path / "lits-small")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real CT, which is not part of the repository."""
    folder = os.environ.get("HEPATOSCOPE_DATA")
    if not folder:
        pytest.skip("HEPATOSCOPE_DATA is not set: no real CT on this machine")
    return Path(folder)


@pytest.fixture(scope="session")
def shipped_weights() -> Path:
    """The folder of the networks of the preset “paper”."""
    folder = WEIGHTS_DIR / "paper"
    for name in ("liver", "tumor"):
        if not (folder / name / WEIGHTS_NAME).is_file():
            pytest.skip(f"weights/paper/{name} has no weights yet")
    return folder


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the weights of a U-Net that was never trained, for any size."""
    import keras

    from core.models.store import save_weights
    from core.models.unet import build_unet

    keras.utils.set_random_seed(7)
    model = build_unet(32)
    # As it starts, the network answers about 0.5 everywhere: sharpen its last layer.
    kernel, bias = model.layers[-2].get_weights()
    model.layers[-2].set_weights([kernel * 40, bias])
    folder = tmp_path_factory.mktemp("untrained")
    save_weights(model, folder / WEIGHTS_NAME)
    return folder
