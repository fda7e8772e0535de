"""Numbers in the XML of a sheet: the text that Python writes, whichever way it is made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlneuron.xlsx.stream import _texts, cell_xml

ANY = st.floats(allow_nan=False, allow_infinity=False)
USUAL = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))


@given(st.lists(ANY | USUAL, min_size=1, max_size=30).map(tuple))
def test_numbers_are_written_as_python_writes_them(numbers):
    assert _texts(numbers) == tuple(map(repr, numbers))


def test_spaces_at_the_ends_of_a_text_stay():
    """A program that opens the file may drop them otherwise, until it calculates."""
    assert cell_xml("A1", "", "<f>B1</f>", "  x") == (
        '<c r="A1" t="str"><f>B1</f><v xml:space="preserve">  x</v></c>'
    )
    assert cell_xml("A1", "", "<f>B1</f>", "x y") == '<c r="A1" t="str"><f>B1</f><v>x y</v></c>'
    assert cell_xml("A1", "", "<f>B1</f>", 1.0) == '<c r="A1"><f>B1</f><v>1.0</v></c>'


def test_where_the_two_ways_part():
    edges = (
        1e-4,
        9.999e-5,
        1e-5,
        1e-7,
        5e-324,
        1e15,
        1e16,
        1e17,
        123456789012345680.0,
        1.7976931348623157e308,
    )
    for number in (*edges, -0.0, 0.0, 10.00001, 0.1, 1 / 3):
        for signed in (number, -number):
            assert _texts((1.0, signed)) == ("1.0", repr(signed))
