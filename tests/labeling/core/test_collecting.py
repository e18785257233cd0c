"""The collector rests for a moment, and always comes back."""

import gc

import pytest

from labeling.core.collecting import collector_resting


def test_the_collector_rests_inside_and_works_again_after_it():
    with collector_resting():
        assert not gc.isenabled()
        with collector_resting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_an_error():
    with pytest.raises(ValueError, match="no"), collector_resting():
        raise ValueError("no")
    assert gc.isenabled()
