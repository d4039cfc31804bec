"""Every call that the client defines was made, and was answered as it wants."""

import calls
import pytest


def test_the_client_defines_as_many_calls_as_are_counted():
    assert len(calls.DEFINITIONS) == 104


def test_every_call_was_made(pytestconfig):
    if not pytestconfig.whole:
        pytest.skip("only parts of the scenarios ran")
    assert sorted(set(calls.DEFINITIONS) - calls.made) == []
