"""The model file: which weights it is made of, and when a kept one is taken."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from memsvc.providers import minilm_graph
from memsvc.providers.minilm_graph import ModelFileError, build_graph, load_tokenizer

_BUILD = """
import sys
from pathlib import Path
from memsvc.providers.minilm_graph import build_graph
print(build_graph(Path(sys.argv[1]), precision="int8").name)
"""


def test_a_kept_graph_is_taken_as_it_is(cache_dir: Path) -> None:
    """Nothing is built twice."""
    path = build_graph(cache_dir, precision="int8")
    before = path.stat()
    again = build_graph(cache_dir, precision="int8")
    assert again == path
    assert (again.stat().st_ino, again.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_name_tells_weights_recipe_and_content(cache_dir: Path) -> None:
    """A graph of other weights, or of another recipe, or damaged, has another name."""
    path = build_graph(cache_dir, precision="int8")
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    weights = minilm_graph.WEIGHTS_SHA256[:12]
    assert path.name == f"minilm-{weights}-int8-{minilm_graph.RECIPE_VERSION}-{content}.onnx"


@pytest.mark.parametrize("kept", [0, 1000, -1])
def test_a_damaged_graph_is_built_anew(cache_dir: Path, tmp_path: Path, kept: int) -> None:
    """A file that lost its end, or all of its content, is not trusted."""
    intact = build_graph(cache_dir, precision="int8")
    damaged = tmp_path / intact.name
    damaged.write_bytes(intact.read_bytes()[:kept])
    rebuilt = build_graph(tmp_path, precision="int8")
    assert rebuilt.read_bytes() == intact.read_bytes()
    assert list(tmp_path.iterdir()) == [rebuilt]


def test_processes_may_build_at_once(cache_dir: Path, tmp_path: Path) -> None:
    """Two that start with an empty folder make the same file and leave nothing else behind."""
    expected = build_graph(cache_dir, precision="int8")
    folder = tmp_path / "new" / "folder"
    builders = [
        subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(folder)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [builder.communicate()[0].strip() for builder in builders] == [expected.name] * 2
    assert [path.read_bytes() for path in folder.iterdir()] == [expected.read_bytes()]


def test_the_quantised_graph_is_a_third_of_the_full_one(cache_dir: Path) -> None:
    """Words and products alike are kept in int8."""
    int8 = build_graph(cache_dir, precision="int8").stat().st_size
    assert int8 < build_graph(cache_dir, precision="fp32").stat().st_size / 3


@pytest.fixture
def other_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the same form with other files, which fails if it is run."""
    package = tmp_path / "other_weights"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    (package / "model" / "tokenizer.json").write_bytes(b"{}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(minilm_graph, "_PACKAGE", "other_weights")
    return package


@pytest.mark.usefixtures("other_weights")
def test_other_weights_are_refused(tmp_path: Path) -> None:
    """The error names the hash that was found and the one that was expected."""
    with pytest.raises(ModelFileError) as raised:
        build_graph(tmp_path / "cache", precision="int8")
    assert hashlib.sha256(b"other weights").hexdigest() in str(raised.value)
    assert minilm_graph.WEIGHTS_SHA256 in str(raised.value)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("other_weights")
def test_another_tokenizer_is_refused() -> None:
    """Word pieces of another vocabulary would be other words."""
    with pytest.raises(ModelFileError, match=minilm_graph.TOKENIZER_SHA256):
        load_tokenizer()


def test_a_missing_file_is_named(other_weights: Path) -> None:
    """An incomplete package is told from one with other weights."""
    (other_weights / "model" / "tokenizer.json").unlink()
    with pytest.raises(ModelFileError, match=r"tokenizer\.json cannot be read"):
        load_tokenizer()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the weights' package the error says what to install."""
    monkeypatch.setattr(minilm_graph, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelFileError, match="no_such_package"):
        load_tokenizer()


def test_the_tokenizer_cuts_at_256_word_pieces_and_never_pads() -> None:
    """The settings in the file, 128 and padding, do not apply."""
    tokenizer = load_tokenizer()
    assert len(tokenizer.encode("word " * 300).ids) == minilm_graph.WORD_PIECES_MAX
    assert len(tokenizer.encode("word").ids) == 3
    assert tokenizer.encode("WORD").ids == tokenizer.encode("word").ids
