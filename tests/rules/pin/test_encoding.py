"""The bytes under every hash and signature are told apart."""

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from dojang.pin import encoding, labels
from dojang.refusals import FieldTooLong, NotBase64Url, NotCanonical

FIELDS = st.lists(st.binary(max_size=40), max_size=6).map(tuple)


@given(FIELDS, FIELDS)
def test_two_lists_of_fields_never_encode_alike(left: tuple[bytes, ...], right: tuple[bytes, ...]) -> None:
    assert (encoding.encode(labels.TICKET, *left) == encoding.encode(labels.TICKET, *right)) == (left == right)


@given(FIELDS, FIELDS)
def test_two_labels_never_encode_alike(left: tuple[bytes, ...], right: tuple[bytes, ...]) -> None:
    assert encoding.encode(labels.TICKET, *left) != encoding.encode(labels.ACTIVATION, *right)


def test_every_label_stands_once() -> None:
    values = [value for name, value in vars(labels).items() if name.isupper() and not name.startswith("_")]
    assert len(values) > 20
    assert len(set(values)) == len(values)


def test_a_field_is_its_length_and_its_bytes() -> None:
    assert encoding.encode(b"L", b"ab", "도", 7) == bytes.fromhex("00014c 00026162 0003eb8f84 0008 0000000000000007")


def test_a_list_is_a_count_and_its_items() -> None:
    assert encoding.listed([(b"a", 1), (b"b", 2)]) == (2, b"a", 1, b"b", 2)


def test_a_field_over_65535_bytes_is_refused() -> None:
    assert len(encoding.field(bytes(65_535))) == 65_537
    with pytest.raises(FieldTooLong):
        encoding.field(bytes(65_536))


@given(st.binary(max_size=70))
def test_base64url_has_one_spelling(data: bytes) -> None:
    assert encoding.unb64(encoding.b64(data)) == data


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A+", "A/", "A A", "AAA\n", "é", "____=", "AA.."])
def test_other_spellings_of_base64url_are_refused(text: str) -> None:
    with pytest.raises(NotBase64Url):
        encoding.unb64(text)


def test_binary_of_another_size_is_refused() -> None:
    with pytest.raises(NotBase64Url):
        encoding.unb64(encoding.b64(bytes(31)), 32)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\\u0041"}',
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"a":NaN}',
        b'{"a":12345678901234567890}',
    ],
)
def test_json_that_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        encoding.parse_canonical(data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text("ab도", max_size=3), children, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_reads_back_as_it_was(value: object) -> None:
    assert encoding.parse_canonical(encoding.canonical(value)) == value


ANY_TEXT = st.text('ab"\\/\x00\x08\n\x1f\x7f\u2028\uffff도😀', max_size=4)
ANY_JSON = st.recursive(
    JSON | ANY_TEXT | st.floats(allow_nan=False, allow_infinity=False),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(ANY_TEXT, children, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON)
@example({"\uffff": 1, "😀": 2})
@example({"a": ['\x7f\x1f"\\/', 2**53 - 1, True, None]})
@example([1.0, -0.0, 1e21])
def test_canonical_json_is_what_rfc_8785_writes(value: Any) -> None:
    assert encoding.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), {1: "a"}, "\ud800", {"a": ["\ud800"]}, b"bytes"])
def test_what_rfc_8785_cannot_write_is_refused(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        encoding.canonical(value)
