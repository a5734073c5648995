"""Won in words: the same vectors that the browser's side is held to."""

import json

from dojang.values.money import won_in_english, won_in_korean, written_won
from tests.vectors.make_pin_protocol import FILE

AMOUNTS = json.loads(FILE.with_name("amounts.json").read_text("utf-8"))["amounts"]


def test_every_amount_of_the_vectors_has_its_words_in_both_languages() -> None:
    for amount in AMOUNTS:
        assert won_in_korean(amount["won"]) == amount["ko"]
        assert won_in_english(amount["won"]) == amount["en"]


def test_what_is_written_as_it_is_signed_is_that_amount() -> None:
    for amount in AMOUNTS:
        assert written_won(f"{amount['won']:,} KRW") == amount["won"]
