"""Amounts of won in words, read back by another hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.values.money import MOST, won_in_english, won_in_korean, written_won

amounts = st.one_of(st.integers(0, MOST), st.integers(0, 10**6), st.sampled_from([10**n for n in range(16)]))


def korean_read(words: str) -> int:
    """Digits and places from left to right, each myriad summed up at its own name."""
    total, group, digit = 0, 0, 0
    for letter in words:
        if letter in "만억조":
            total += (group + digit) * 10_000 ** ("만억조".index(letter) + 1)
            group = digit = 0
        elif letter in "십백천":
            group += digit * 10 ** ("십백천".index(letter) + 1)
            digit = 0
        else:
            digit = "영일이삼사오육칠팔구".index(letter)
    return total + group + digit


ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = {word: number for number, word in enumerate(ONES.split())}
ENGLISH |= {word: 10 * number for number, word in enumerate(TENS.split(), 2)}
THOUSANDS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}


def english_read(words: str) -> int:
    total = group = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            group *= 100
        elif word in THOUSANDS:
            total, group = total + group * THOUSANDS[word], 0
        else:
            group += ENGLISH[word]
    return total + group


@given(amounts)
def test_the_words_say_the_amount_and_no_other(amount: int) -> None:
    assert korean_read(won_in_korean(amount)) == amount
    assert english_read(won_in_english(amount)) == amount


@given(amounts, amounts)
def test_two_amounts_have_different_words(one: int, other: int) -> None:
    assert (won_in_korean(one) == won_in_korean(other)) == (one == other)
    assert (won_in_english(one) == won_in_english(other)) == (one == other)


@given(amounts)
def test_what_is_written_as_we_write_it_is_read(amount: int) -> None:
    assert written_won(f"{amount:,} KRW") == amount


@pytest.mark.parametrize(
    ("amount", "korean", "english"),
    [
        (0, "영", "zero"),
        (10_000, "일만", "ten thousand"),
        (1_500_000, "일백오십만", "one million five hundred thousand"),
        (100_001, "일십만일", "one hundred thousand one"),
        (1_000_000_000_042, "일조사십이", "one trillion forty-two"),
        (19, "일십구", "nineteen"),
    ],
)
def test_amounts_in_words(amount: int, korean: str, english: str) -> None:
    assert (won_in_korean(amount), won_in_english(amount)) == (korean, english)


@pytest.mark.parametrize("amount", [-1, MOST + 1])
def test_an_amount_beyond_words_has_none(amount: int) -> None:
    for words in (won_in_korean, won_in_english):
        with pytest.raises(ValueError, match="no words"):
            words(amount)
    assert written_won(f"{amount:,} KRW") is None


@pytest.mark.parametrize(
    "text", ["", "KRW", "1500 KRW", "1,50 KRW", "01 KRW", "1 USD", "1,500원", "-1 KRW", "1.5 KRW", "١ KRW", "1 KRW\n"]
)
def test_what_is_written_otherwise_is_not_read_as_won(text: str) -> None:
    assert written_won(text) is None
