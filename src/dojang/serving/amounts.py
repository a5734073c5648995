"""Amounts of money as a customer reads them before signing: 1,500,000원 (일백오십만 원)."""

from typing import Final

_KO_DIGITS: Final = "영일이삼사오육칠팔구"
_KO_PLACES: Final = ("", "십", "백", "천")
_KO_GROUPS: Final = ("", "만", "억", "조", "경")
# fmt: off
_EN_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
# fmt: on
_EN_TENS: Final = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_GROUPS: Final = ("", " thousand", " million", " billion", " trillion")


def in_digits(language: str, won: int) -> str:
    """1,500,000원 or 1,500,000 won."""
    return f"{won:,}원" if language == "ko" else f"{won:,} won"


def in_words(language: str, won: int) -> str:
    """일백오십만 원, with every digit named so that none can be slipped in; or one million five hundred thousand won.

    From 0 to less than 10 to the 15th.
    """
    if not 0 <= won < 10**15:
        raise ValueError(won)
    return f"{_korean(won)} 원" if language == "ko" else f"{_english(won)} won"


def _korean(number: int) -> str:
    groups = _groups(number, 10_000)
    return "".join(_four(group) + _KO_GROUPS[place] for place, group in groups) or _KO_DIGITS[0]


def _four(number: int) -> str:
    digits = [(place, number // 10**place % 10) for place in (3, 2, 1, 0)]
    return "".join(_KO_DIGITS[digit] + _KO_PLACES[place] for place, digit in digits if digit)


def _english(number: int) -> str:
    groups = _groups(number, 1_000)
    return " ".join(_three(group) + _EN_GROUPS[place] for place, group in groups) or _EN_SMALL[0]


def _three(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        said.append(_EN_TENS[rest // 10] + (f"-{_EN_SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest:
        said.append(_EN_SMALL[rest])
    return " ".join(said)


def _groups(number: int, size: int) -> list[tuple[int, int]]:
    """The groups of digits that are not zero, the greatest first, each with its place."""
    groups = []
    while number:
        groups.append(number % size)
        number //= size
    return [(place, group) for place, group in reversed(list(enumerate(groups))) if group]
