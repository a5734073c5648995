"""Any t shares give R back, fewer give nothing, and a mask hides a share completely."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.pin import oprf, sharing
from dojang.refusals import NotAScalar

SCALARS = st.integers(1, oprf.ORDER - 1).map(lambda n: n.to_bytes(32, "little"))


@given(SCALARS, st.integers(1, 4).flatmap(lambda t: st.tuples(st.just(t), st.integers(t, 6))))
def test_any_threshold_of_shares_gives_the_secret_back(secret: bytes, sizes: tuple[int, int]) -> None:
    threshold, guards = sizes
    shares = sharing.split(secret, threshold, range(1, guards + 1))
    for some in combinations(shares, threshold):
        assert sharing.combine({i: shares[i] for i in some}) == secret


@given(SCALARS, SCALARS, SCALARS)
def test_one_share_of_two_fits_every_secret(secret: bytes, slope: bytes, other: bytes) -> None:
    share = sharing.evaluate([secret, slope], [1])[1]
    fitting_slope = sharing.remove_mask(share, other)
    assert sharing.evaluate([other, fitting_slope], [1])[1] == share


@given(SCALARS, st.binary(min_size=64, max_size=64))
def test_a_mask_comes_off_again(share: bytes, output: bytes) -> None:
    mask = sharing.mask(bytes(16), 1, "guard-1", 1, output)
    assert sharing.remove_mask(sharing.add_mask(share, mask), mask) == share


def test_a_mask_depends_on_everything_it_is_for() -> None:
    output = bytes(64)
    masks = {
        sharing.mask(bytes(16), 1, "guard-1", 1, output),
        sharing.mask(bytes(15) + b"1", 1, "guard-1", 1, output),
        sharing.mask(bytes(16), 2, "guard-1", 1, output),
        sharing.mask(bytes(16), 1, "guard-2", 1, output),
        sharing.mask(bytes(16), 1, "guard-1", 2, output),
        sharing.mask(bytes(16), 1, "guard-1", 1, bytes(63) + b"1"),
    }
    assert len(masks) == 6


@pytest.mark.parametrize("share", [oprf.ORDER.to_bytes(32, "little"), bytes(31), bytes(33), b"\xff" * 32])
def test_a_share_that_is_no_scalar_is_refused(share: bytes) -> None:
    with pytest.raises(NotAScalar):
        sharing.combine({1: share, 2: bytes(32)})
