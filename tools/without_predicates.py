"""Make a copy of the repository whose statements name no tenant, to see whether row security holds alone.

Usage: without_predicates.py FOLDER. Tests that run in the copy are served by it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
STATEMENTS: Final = Path("memsvc/store/sql")
PREDICATE: Final = re.compile(r"\w+\.tenant_id = %\(tenant_id\)s")
#: Fewer would mean that the predicates are written in another way by now.
PREDICATES_MIN: Final = 150


def copied(folder: Path) -> None:
    """Copy all files that git knows of, and those that it would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.rmtree(folder, ignore_errors=True)
    for name in listed.stdout.splitlines():
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def main() -> int:
    """Make the copy; fail if there were hardly any predicates to take away."""
    folder = Path(sys.argv[1]).resolve()
    copied(folder)
    count = 0
    for file in sorted((folder / STATEMENTS).glob("*.sql")):
        text, taken = PREDICATE.subn("true", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
        count += taken
    print(f"{count} tenant predicates taken away")
    return int(count < PREDICATES_MIN)


if __name__ == "__main__":
    sys.exit(main())
