"""grpcurl, where it is: `make test` builds it if there is Go."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

GRPCURL: Final = shutil.which("grpcurl", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
#: Marks what cannot be tested without it.
needs_grpcurl: Final = pytest.mark.skipif(
    GRPCURL is None and "CI" not in os.environ, reason="needs grpcurl, which needs Go to be built"
)
