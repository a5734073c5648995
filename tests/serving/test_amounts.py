import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.serving import amounts
from dojang.serving.amounts import in_digits, in_words

_UNITS = {"십": 10, "백": 100, "천": 1_000}
_GROUPS = {"만": 10**4, "억": 10**8, "조": 10**12}
_SMALL = {word: number for number, word in enumerate(amounts._EN_SMALL)}
_TENS = {word: 10 * number for number, word in enumerate(amounts._EN_TENS)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def read_korean(words: str) -> int:
    total = group = digit = 0
    for letter in words.removesuffix(" 원"):
        if letter in _GROUPS:
            total, group, digit = total + (group + digit) * _GROUPS[letter], 0, 0
        elif letter in _UNITS:
            group, digit = group + digit * _UNITS[letter], 0
        else:
            digit = "영일이삼사오육칠팔구".index(letter)
    return total + group + digit


def read_english(words: str) -> int:
    total = group = 0
    for word in words.removesuffix(" won").replace("-", " ").split():
        if word in _LARGE:
            total, group = total + group * _LARGE[word], 0
        elif word == "hundred":
            group *= 100
        else:
            group += _SMALL[word] if word in _SMALL else _TENS[word]
    return total + group


@given(st.integers(0, 10**15 - 1))
def test_an_amount_in_words_is_that_amount_in_both_languages(won: int) -> None:
    assert read_korean(in_words("ko", won)) == won
    assert read_english(in_words("en", won)) == won


@pytest.mark.parametrize(
    ("won", "korean", "english"),
    [
        (0, "영 원", "zero won"),
        (1, "일 원", "one won"),
        (10, "일십 원", "ten won"),
        (21, "이십일 원", "twenty-one won"),
        (1_500_000, "일백오십만 원", "one million five hundred thousand won"),
        (100_000_000, "일억 원", "one hundred million won"),
        (10**12 + 1, "일조일 원", "one trillion one won"),
    ],
)
def test_amounts_are_said_as_people_write_them(won: int, korean: str, english: str) -> None:
    assert (in_words("ko", won), in_words("en", won)) == (korean, english)


def test_amounts_in_digits_have_commas() -> None:
    assert (in_digits("ko", 1_500_000), in_digits("en", 1_500_000)) == ("1,500,000원", "1,500,000 won")


@pytest.mark.parametrize("won", [-1, 10**15])
def test_what_cannot_be_said_is_refused(won: int) -> None:
    with pytest.raises(ValueError, match=str(won)):
        in_words("ko", won)
