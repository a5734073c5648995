"""Amounts of money as a customer reads them."""

from dojang.values.money import won_in_english, won_in_korean


def in_digits(language: str, won: int) -> str:
    """1,500,000원 or 1,500,000 won."""
    return f"{won:,}원" if language == "ko" else f"{won:,} won"


def in_words(language: str, won: int) -> str:
    """일백오십만 원 or one million five hundred thousand won."""
    return f"{won_in_korean(won)} 원" if language == "ko" else f"{won_in_english(won)} won"
