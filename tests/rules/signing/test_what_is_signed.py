"""T has one form, says what is shown, and is refused otherwise."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.pin.encoding import b64, canonical, sha256
from dojang.policy.numbers import NUMBERS
from dojang.refusals import TransactionRefused
from dojang.signing.what_is_signed import (
    Item,
    RevocationAsked,
    Transaction,
    check_times,
    display_of,
    login_content,
    pairs_of,
    transfer_content,
)

IAT = 1_800_000_000
NONCE = bytes(range(20))
PAIRS = (("받는 분", "김하늘"), ("금액", "10,000원"))


def login() -> Transaction:
    return Transaction(
        txn="t-1",
        kid=bytes(16),
        certificate=bytes(32),
        relying_party="hanbit-bank",
        purpose="login",
        format="cms",
        display=(("relying_party", "hanbit-bank"),),
        items=(Item("login", sha256(login_content("hanbit-bank", NONCE)), "shown"),),
        nonce=NONCE,
        iat=IAT,
        exp=IAT + 300,
        day_key_id=bytes(16),
        guards_hash=bytes(32),
    )


def transfer(*contents: bytes, display: tuple[tuple[str, str], ...] = PAIRS) -> Transaction:
    return replace(
        login(),
        purpose="transfer",
        display=display,
        items=tuple(Item("transfer", sha256(content), "shown") for content in contents),
    )


def changed(**fields: Any) -> bytes:
    return canonical({**json.loads(login().canonical()), **fields})


def item(**fields: Any) -> list[dict[str, Any]]:
    return [{"label": "login", "content_hash": b64(bytes(32)), "binding": "shown", **fields}]


def test_a_transaction_is_read_back_as_it_was_built() -> None:
    for transaction in (login(), transfer(transfer_content(PAIRS))):
        assert Transaction.parse(transaction.canonical()) == transaction
        assert transaction.checked().hash() == sha256(transaction.canonical())


@pytest.mark.parametrize(
    "data",
    {
        "not JSON": b"{",
        "not an object": b"[]",
        "not canonical: spaces": json.dumps(json.loads(login().canonical())).encode(),
        "not canonical: a key twice": login().canonical().replace(b'"v":1', b'"v":1,"v":1'),
        "another scheme": changed(v=2),
        "a scheme that only equals one": changed(v=True),
        "an unknown field": changed(more=1),
        "an empty text": changed(txn=" "),
        "a text that is too long": changed(txn="t" * 501),
        "a short kid": changed(kid=b64(bytes(15))),
        "a short certificate hash": changed(certificate=b64(bytes(31))),
        "base64 with padding": changed(kid=b64(bytes(16)) + "=="),
        "an unknown purpose": changed(purpose="everything"),
        "an unknown format": changed(format="pades"),
        "no display": changed(display=[]),
        "a display that is no list of pairs": changed(display=[["a", "b", "c"]]),
        "a pair of something else": changed(display=[["amount", 5]]),
        "too many pairs": changed(display=[[str(i), "x"] for i in range(65)]),
        "no items": changed(items=[]),
        "too many items": changed(items=item() * 17),
        "an item with more": changed(items=item(more=1)),
        "a login by its hash alone": changed(items=item(binding="hash_only")),
        "a transfer by its hash alone": changed(purpose="transfer", items=item(binding="hash_only")),
        "an unknown binding": changed(items=item(binding="whispered")),
        "a nonce too short": changed(nonce=b64(bytes(15))),
        "a nonce too long": changed(nonce=b64(bytes(129))),
        "an end before its start": changed(exp=IAT),
        "an end too late": changed(exp=IAT + 301),
        "a time that is a fraction": changed(exp=IAT + 100.5),
        "a time that is a truth": changed(iat=True, exp=2),
        "a bidi override in what is shown": changed(display=[["금액", "\u202e000,01"]]),
        "a bidi isolate in a name": changed(display=[["\u2066금액", "10,000"]]),
        "a bidi mark in the relying party": changed(relying_party="hanbit\u200fbank"),
        "a zero width space in an item's label": changed(items=item(label="log\u200bin")),
        "a line break in what is shown": changed(display=[["금액", "1\n0"]]),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_anything_else_is_refused(data: tuple[str, bytes]) -> None:
    with pytest.raises(TransactionRefused):
        Transaction.parse(data[1])


def test_a_transaction_built_in_code_keeps_the_same_rules() -> None:
    with pytest.raises(TransactionRefused):
        replace(login(), exp=IAT + 301).checked()


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(TransactionRefused):
        Transaction.parse(data)


def test_a_login_shows_the_relying_party_that_it_signs_for() -> None:
    assert display_of(login(), [login_content("hanbit-bank", NONCE)]) == (("relying_party", "hanbit-bank"),)


def test_a_transfer_shows_the_pairs_of_the_very_bytes() -> None:
    content = transfer_content(PAIRS)
    assert display_of(transfer(content), [content]) == PAIRS


def test_several_contents_are_shown_one_after_the_other() -> None:
    first, second = transfer_content(PAIRS[:1]), transfer_content(PAIRS[1:])
    assert display_of(transfer(first, second), [first, second]) == PAIRS


def test_other_bytes_than_the_hashed_ones_are_not_shown() -> None:
    content = transfer_content(PAIRS)
    with pytest.raises(TransactionRefused):
        display_of(transfer(content), [transfer_content((("받는 분", "김하늘"), ("금액", "90,000원")))])


def test_a_hash_of_something_else_than_is_shown_is_refused() -> None:
    """Content and display agree, and the hash that would be signed is another's."""
    content = transfer_content(PAIRS)
    hidden = transfer_content((("받는 분", "도둑"), ("금액", "90,000원")))
    with pytest.raises(TransactionRefused):
        display_of(transfer(hidden), [content])


def test_a_display_that_says_otherwise_than_the_content_is_refused() -> None:
    content = transfer_content((("받는 분", "김하늘"), ("금액", "90,000원")))
    with pytest.raises(TransactionRefused):
        display_of(transfer(content, display=PAIRS), [content])


@pytest.mark.parametrize("given_contents", [0, 1, 3])
def test_every_hash_needs_its_content_and_nothing_more(given_contents: int) -> None:
    """More hashes than shown would be signed unseen."""
    content = transfer_content(PAIRS)
    with pytest.raises(TransactionRefused):
        display_of(transfer(content, content), [content] * given_contents)


def test_an_item_bound_by_its_hash_alone_is_never_counted_as_shown() -> None:
    content = transfer_content(PAIRS)
    hidden = replace(transfer(content), items=(Item("transfer", sha256(content), "hash_only"),))
    with pytest.raises(TransactionRefused):
        display_of(hidden, [content])


@pytest.mark.parametrize(
    "content",
    [
        login_content("another-bank", NONCE),
        login_content("hanbit-bank", bytes(20)),
        transfer_content(PAIRS),
        b"",
    ],
    ids=["another relying party", "another nonce", "a transfer", "nothing"],
)
def test_a_login_signs_no_other_content(content: bytes) -> None:
    with pytest.raises(TransactionRefused):
        pairs_of("login", "hanbit-bank", NONCE, content)


@pytest.mark.parametrize(
    "content",
    [
        login_content("hanbit-bank", NONCE),
        canonical({"type": "contract", "pairs": [["a", "b"]]}),
        canonical({"type": "transfer", "pairs": [["a", "b"]], "more": "x"}),
        canonical({"type": "transfer", "pairs": [["a", "\u202eb"]]}),
        canonical({"type": "transfer", "pairs": [["a", "1"], ["a", "2"]]}),
        b'{"pairs": [["a", "b"]], "type": "transfer"}',
        b"7",
    ],
    ids=["a login", "another type", "more than is shown", "bidi", "one name twice", "not canonical", "a number"],
)
def test_a_transfer_signs_no_other_content(content: bytes) -> None:
    with pytest.raises(TransactionRefused):
        pairs_of("transfer", "hanbit-bank", NONCE, content)


def test_a_transfer_of_hidden_text_is_not_even_built() -> None:
    with pytest.raises(TransactionRefused):
        transfer_content((("금액", "\u202e1"),))


@pytest.mark.parametrize(("now", "accepted"), [(-61, False), (-60, True), (0, True), (360, True), (361, False)])
def test_a_transaction_has_its_time_with_a_minute_of_skew(now: int, accepted: bool) -> None:
    if accepted:
        check_times(login(), IAT + now)
    else:
        with pytest.raises(TransactionRefused):
            check_times(login(), IAT + now)


def test_a_transaction_too_large_to_travel_is_refused_before_anybody_is_asked() -> None:
    def of(pairs: int) -> Transaction:
        shown = tuple((f"{number:02}", "가" * 190) for number in range(pairs))
        return transfer(transfer_content(shown), display=shown)

    largest = max(pairs for pairs in range(1, 64) if len(of(pairs).canonical()) <= NUMBERS.transaction.bytes)
    of(largest).checked()
    with pytest.raises(TransactionRefused):
        of(largest + 1).checked()


REVOCATION = RevocationAsked("01ab", "keyCompromise", "r-1")


def test_a_revocation_shows_number_reason_and_request() -> None:
    assert pairs_of("revocation", "center", NONCE, REVOCATION.content()) == REVOCATION.pairs()


@pytest.mark.parametrize(
    ("relying_party", "content"),
    [
        ("hanbit-bank", REVOCATION.content()),
        ("center", transfer_content(REVOCATION.pairs())),
        ("center", canonical({"type": "revocation", "pairs": [["certificate", "01ab"]]})),
        ("center", replace(REVOCATION, reason="superseded").content()),
        ("center", replace(REVOCATION, serial="").content()),
        ("center", replace(REVOCATION, request="").content()),
        ("center", canonical({"type": "revocation", "pairs": [["a", "01ab"], ["b", "keyCompromise"], ["c", "r"]]})),
        ("center", login_content("center", NONCE)),
    ],
    ids=["another asks", "a transfer", "less", "another reason", "no number", "no request", "other names", "a login"],
)
def test_a_revocation_signs_no_other_content_and_for_nobody_else(relying_party: str, content: bytes) -> None:
    with pytest.raises(TransactionRefused):
        pairs_of("revocation", relying_party, NONCE, content)
