import gc

import pytest

from ner.data.garbage_collection import pause_garbage_collection


def test_the_search_is_off_inside_and_on_again_outside() -> None:
    assert gc.isenabled()
    with pause_garbage_collection():
        assert not gc.isenabled()
        with pause_garbage_collection():
            pass
        assert not gc.isenabled()  # the inner block leaves it as it was
    assert gc.isenabled()
    with pytest.raises(ValueError, match="wrong"), pause_garbage_collection():
        raise ValueError("wrong")
    assert gc.isenabled()
