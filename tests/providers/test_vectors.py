"""The check that all vectors go through."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from memsvc.providers.embedding import NORM_MIN, EmbeddingUnavailable, checked


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, max_side=20),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_finite_vectors_become_unit_vectors_or_are_refused(vectors: np.ndarray) -> None:
    """Whatever is let through has the norm 1 and points where it pointed."""
    exact = vectors.astype(np.float64)
    norms = np.linalg.norm(exact, axis=1)
    if norms.min() < NORM_MIN:
        with pytest.raises(EmbeddingUnavailable):
            checked(vectors, *vectors.shape)
        return
    unit = checked(vectors, *vectors.shape)
    assert unit.dtype == np.float32
    assert unit.shape == vectors.shape
    assert np.allclose(np.linalg.norm(unit.astype(np.float64), axis=1), 1, atol=1e-6)
    assert np.allclose(unit * norms[:, None], exact, rtol=1e-6, atol=norms.max() * 1e-6)


@pytest.mark.parametrize(
    ("vectors", "count", "dimension"),
    [
        pytest.param([[1.0, 0.0]], 2, 2, id="too few"),
        pytest.param([[1.0, 0.0], [0.0, 1.0]], 1, 2, id="too many"),
        pytest.param([[1.0, 0.0]], 1, 3, id="too short"),
        pytest.param([[1.0, 0.0]], 1, 1, id="too long"),
        pytest.param([[]], 1, None, id="no numbers"),
        pytest.param([[1.0, 0.0], [1.0]], 2, 2, id="of different lengths"),
        pytest.param([1.0, 0.0], 2, None, id="one dimension"),
        pytest.param([[[1.0]]], 1, 1, id="three dimensions"),
        pytest.param([[1.0, math.nan]], 1, 2, id="NaN"),
        pytest.param([[1.0, math.inf]], 1, 2, id="infinity"),
        pytest.param([[1.0, -math.inf]], 1, 2, id="negative infinity"),
        pytest.param([[1e200, 1e200]], 1, 2, id="a norm that overflows"),
        pytest.param([[0.0, 0.0]], 1, 2, id="zero"),
        pytest.param([[1e-7, 1e-7]], 1, 2, id="almost zero"),
        pytest.param([[1.0, None]], 1, 2, id="null among numbers"),
        pytest.param([None], 1, 2, id="null"),
        pytest.param(None, 1, 2, id="nothing"),
        pytest.param([["1.0", "0.0"]], 1, 2, id="numbers in quotes"),
        pytest.param([[True, False]], 1, 2, id="booleans"),
        pytest.param([[1j, 0.0]], 1, 2, id="complex numbers"),
        pytest.param([{"a": 1.0}], 1, 2, id="an object"),
        pytest.param([[10**400, 0]], 1, 2, id="a number without bounds"),
    ],
)
def test_unusable_vectors_are_refused(vectors: object, count: int, dimension: int | None) -> None:
    """No vector without a direction, and no table of another form, gets through."""
    with pytest.raises(EmbeddingUnavailable):
        checked(vectors, count, dimension)


def test_any_dimension_is_allowed_if_none_is_known() -> None:
    """The dimension can be learnt from the vectors."""
    assert checked([[3, 4]], 1, None).tolist() == [pytest.approx([0.6, 0.8])]


def test_the_message_is_the_docstring_unless_a_reason_is_given() -> None:
    """An error says what is wrong even where nobody gave a reason."""
    assert str(EmbeddingUnavailable()) == "The embedder gave no usable vectors."
    assert str(EmbeddingUnavailable("too late")) == "too late"
