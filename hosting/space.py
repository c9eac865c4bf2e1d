"""Send to a Hugging Face Space what the app needs there: ``make space SPACE=user/name``.

The hub refuses a git push that holds binary files, whatever their size; `huggingface_hub` uploads
them in the way that it wants. What is sent is shown first, with its size.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
# Of the repository; tests, benches, pictures of the documents and the history stay at home.
NEEDED = (
    ".dockerignore",
    ".streamlit/**",
    "CITATION.cff",
    "Dockerfile",
    "LICENSE",
    "PRIVACY.md",
    "README.md",
    "SECURITY.md",
    "app.py",
    "core/**",
    "docs/*.md",
    "pages/**",
    "requirements.lock",
    "requirements.txt",
    "serve.py",
    "weights/**",
)
MB = 1_000_000


def needed(files: Iterable[str]) -> list[str]:
    """Choose from the files of the repository, by their paths in it, what a Space needs."""
    return sorted(name for name in files if any(_matches(name, pattern) for pattern in NEEDED))


def _matches(name: str, pattern: str) -> bool:
    if pattern.endswith("/**"):
        return name.startswith(pattern.removesuffix("**"))
    return PurePosixPath(name).match(pattern) and name.count("/") == pattern.count("/")


def tracked(root: Path) -> list[str]:
    """List what git tracks: neither caches nor what somebody left beside it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def overview(root: Path, names: Sequence[str]) -> str:
    """Tell what would be sent: files and size by folder, and in all."""
    sizes, counts = Counter[str](), Counter[str]()
    for name in names:
        place = name.split("/")[0] if "/" in name else "(top)"
        sizes[place] += (root / name).stat().st_size
        counts[place] += 1
    lines = [f"{counts[at]:5} files {sizes[at] / MB:8.1f} MB  {at}" for at in sorted(counts)]
    return "\n".join([*lines, f"{len(names):5} files {sizes.total() / MB:8.1f} MB  in all"])


def stage(root: Path, names: Sequence[str], folder: Path) -> None:
    """Copy what is sent into an empty folder."""
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)


def send(root: Path, names: Sequence[str], space: str) -> str:
    """Upload to the Space, made where there is none; what it had beside goes. Returns its address.

    The hub and the token are those of `huggingface_hub`: ``HF_ENDPOINT``, ``HF_TOKEN`` or what
    ``hf auth login`` left.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    made = api.create_repo(space, repo_type="space", space_sdk="docker", exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stage(root, names, Path(folder))
        api.upload_folder(
            repo_id=made.repo_id,
            repo_type="space",
            folder_path=folder,
            delete_patterns="*",
            commit_message="HepatoScope",
        )
    return str(made)


def main(argv: Sequence[str] | None = None) -> int:
    """Show what a Space would get, ask, and send it."""
    parser = argparse.ArgumentParser(prog="make space", description=__doc__)
    parser.add_argument("space", help="user/name")
    parser.add_argument("--yes", action="store_true", help="send without asking")
    parser.add_argument("--into", type=Path, help="copy it into this folder, and send nothing")
    parser.add_argument("--list", action="store_true", help="name every file, and send nothing")
    arguments = parser.parse_args(argv)
    names = needed(tracked(ROOT))
    if arguments.list:
        print("\n".join(names))
    print(overview(ROOT, names))
    if arguments.into:
        stage(ROOT, names, arguments.into)
    if arguments.list or arguments.into:
        return 0
    if not arguments.yes and input(f"Send this to the Space {arguments.space}? [y/N] ") != "y":
        print("Nothing was sent.")
        return 1
    print(send(ROOT, names, arguments.space))
    return 0


if __name__ == "__main__":
    sys.exit(main())
