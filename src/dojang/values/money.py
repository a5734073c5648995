"""An amount of won, in digits as it is signed and in words as a cheque says it."""

import re
from typing import Final

MOST: Final = 10**16 - 1
_WRITTEN: Final = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})*|0) KRW")
_DIGITS: Final = "영일이삼사오육칠팔구"
_PLACES: Final = ("", "십", "백", "천")
_MYRIADS: Final = ("", "만", "억", "조")
_ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS: Final = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def written_won(text: str) -> int | None:
    """The amount behind `1,500,000 KRW`; None for anything written in another way."""
    found = _WRITTEN.fullmatch(text)
    amount = int(found[1].replace(",", "")) if found else MOST + 1
    return amount if amount <= MOST else None


def won_in_korean(amount: int) -> str:
    """일백오십만: every digit is named, the one too, so that none can be added. Raises `ValueError` beyond 9,999조."""
    _check(amount)
    groups = [amount // 10**power % 10_000 for power in range(0, 16, 4)]
    named = [f"{_four_in_korean(group)}{name}" for group, name in zip(groups, _MYRIADS, strict=True) if group]
    return "".join(reversed(named)) or _DIGITS[0]


def won_in_english(amount: int) -> str:
    """One million five hundred thousand. Raises `ValueError` beyond the same end."""
    _check(amount)
    groups = [amount // 10**power % 1_000 for power in range(0, 18, 3)]
    named = [
        f"{_three_in_english(group)} {name}".strip() for group, name in zip(groups, _THOUSANDS, strict=True) if group
    ]
    return " ".join(reversed(named)).strip() or _ONES[0]


def _check(amount: int) -> None:
    if not 0 <= amount <= MOST:
        raise ValueError("an amount that has no words")


def _four_in_korean(group: int) -> str:
    digits = [group // 10**power % 10 for power in range(4)]
    named = [f"{_DIGITS[digit]}{place}" for digit, place in zip(digits, _PLACES, strict=True) if digit]
    return "".join(reversed(named))


def _three_in_english(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= len(_ONES):
        tens, ones = divmod(rest, 10)
        words.append(f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens])
    elif rest:
        words.append(_ONES[rest])
    return " ".join(words)
