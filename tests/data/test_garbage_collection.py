import gc

import pytest

from ner.data.garbage_collection import without_cycle_search


def test_the_search_is_off_inside_and_on_again_outside() -> None:
    assert gc.isenabled()
    with without_cycle_search():
        assert not gc.isenabled()
        with without_cycle_search():
            pass
        assert not gc.isenabled()  # the inner block leaves it as it was
    assert gc.isenabled()
    with pytest.raises(ValueError, match="wrong"), without_cycle_search():
        raise ValueError("wrong")
    assert gc.isenabled()
