"""What people read: both languages whole, nothing missing, nothing unused, in the tone of the house."""

import re
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from dojang import problems, refusals
from dojang.policy import wording
from dojang.policy.numbers import NUMBERS
from dojang.policy.refusal_words import told
from dojang.policy.wording import LANGUAGES, sentences

ROOT = Path(__file__).parents[3]
WORDING = Path(str(files("dojang").joinpath("wording")))
# Keys that a page puts together, each with what stands before or after the part that it fills in.
PUT_TOGETHER = (
    "bank_account.*",
    "bank_demo.*",
    "bank_no.*",
    "bank_receipt.*",
    "bank_transfer.*",
    "certificates.*",
    "errors.*",
    "faq.*_[aq]",
    "frame.text_*",
    "history.*",
    "issue.why_*",
    "issue_*.*_remedy",
    "issue_*.*_wrong",
    "issue_approval.*",
    "issue_call.*",
    "issue_issued.profile_*",
    "issue_medium.*",
    "issue_phone.*",
    "issue_proven.*",
    "issue_start.*",
    "login_code.*",
    "phone.*",
    "refusals.*",
    "revocation.*_*",
    "revoke.reason_*",
    "signed.*",
    "steps.*",
    "text_message.device_*",
)
# The PIN page has one section of its own, whose names stand in its scripts; tsc finds those that are missing.
OF_THE_PIN_PAGE = "pin_page"
# What only programs hear: other services, relying parties, whoever starts the house, and the PIN page, which has
# sentences of its own.
_FOR_PROGRAMS = """
    access_token_refused activation_refused anchors_mismatch attempt_replayed authority_certificate_refused
    call_refused certificate_mismatch certificate_refused client_refused code_refused confirm_refused
    credential_refused crl_refused crl_stale data_folder_refused database_not_migrated day_key_expired
    fact_out_of_order fact_refused field_too_long forged gave_up grant_refused insufficient_funds key_kind_unknown
    kid_not_found kid_taken life_full login_refused malformed_request not_a_public_key not_a_scalar not_an_element
    not_base_6_4_url not_canonical ocsp_request_malformed pin_too_easy port_taken proof_refused receipt_refused
    record_mismatch registration_refused responder_expired row_full sealed_refused setting_missing setting_refused
    signature_invalid signature_refused signature_request_refused signer_refused statement_refused stopped
    ticket_expired ticket_refused unavailable version_not_found version_not_live version_refused visit_refused
    wrong_pin
"""
FOR_PROGRAMS = frozenset(_FOR_PROGRAMS.split())
_KEY = r"[a-z0-9_]+\.[a-z0-9_]+"
_PLACE = re.compile(r"\{([a-z_.0-9]+)\}")


@cache
def code() -> str:
    """Every program and template that people's words may be named in."""
    found = [path for end in ("py", "html") for path in sorted((ROOT / "src").rglob(f"*.{end}"))]
    return "\n".join(path.read_text("utf-8") for path in found)


@cache
def scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "browser" / "src").rglob("*.ts")))


def is_of_the_pin_page(name: str) -> bool:
    """Named there whole, or put together of a beginning or an end that stands there."""
    if re.search(rf"\b{name}\b", scripts()):
        return True
    parts = [name[:place] for place, letter in enumerate(name) if letter == "_"]
    return any(re.search(rf"\b{part}(_\$\{{|\b)", scripts()) for part in parts)


def test_both_languages_have_the_same_keys_with_the_same_places() -> None:
    korean, english = (sentences(language) for language in LANGUAGES)
    assert korean.keys() == english.keys()
    for key, text in korean.items():
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_every_number_in_one_is_a_policys(language: str) -> None:
    for key, text in sentences(language).items():
        assert text.strip(), key
        for place in _PLACE.findall(text):
            assert not place.startswith("numbers.") or wording._part(place, {}), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_stand_in_the_order_of_their_keys(language: str) -> None:
    keys = [key.split(".") for key in sentences(language)]
    assert keys == sorted(keys)


def test_no_key_that_is_asked_for_is_missing() -> None:
    asked = set(re.findall(rf"\bt\(\s*['\"]({_KEY})['\"]", code()))
    asked |= set(re.findall(rf"\bsay\([^\"()]*(?:\([^()]*\)[^\"()]*)*,\s*\"({_KEY})\"", code()))
    # A beginning that something is put behind is no key.
    asked = {key for key in asked if not key.endswith("_")}
    assert len(asked) > 100
    assert asked - sentences("ko").keys() == set()


def test_no_key_is_unused() -> None:
    named = set(re.findall(rf"['\"`]({_KEY})['\"`]", code() + scripts()))
    unused = [
        key
        for key in sentences("ko")
        if key not in named
        and not any(fnmatch(key, pattern) for pattern in PUT_TOGETHER)
        and not (key.startswith(f"{OF_THE_PIN_PAGE}.") and is_of_the_pin_page(key.partition(".")[2]))
    ]
    assert unused == []


def test_every_refusal_that_reaches_a_person_has_words_and_a_remedy() -> None:
    without = {name for name in problems.CODES if f"refusals.{name}" not in sentences("ko")}
    assert without - FOR_PROGRAMS == set()


def test_every_word_for_a_refusal_is_one_for_a_refusal_that_there_is() -> None:
    names = {key.partition(".")[2] for key in sentences("ko") if key.startswith("refusals.")}
    said = {name for name in names if not name.endswith("_remedy")}
    assert {f"{name}_remedy" for name in said} == names - said
    assert said - set(problems.CODES) == {"broken"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_refusals_own_facts_stand_in_its_words(language: str) -> None:
    facts = {"tries_left": 3, "retry_after": 30}
    for name in problems.CODES:
        found = problems.refusal({"code": name, **facts})
        assert isinstance(found, refusals.Refusal)
        words = told(language, found)
        assert words.sentence
        assert words.remedy
        assert "{" not in words.sentence + words.remedy


def test_the_tone_is_the_houses() -> None:
    """Formal endings only in terms, and in what is signed on the registered mobile; `시겠` nowhere."""
    said = {f"ko.json {key}": text for key, text in sentences("ko").items()}
    formal = [path for path in sorted(WORDING.rglob("*")) if path.suffix in (".txt", ".toml")]
    everything = said | {path.name: path.read_text("utf-8") for path in formal}
    assert [key for key, text in said.items() if "습니다" in text or "습니까" in text] == []
    assert [key for key, text in everything.items() if "시겠" in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_message_has_room_for_a_sender_and_a_name_in_seventy_characters(language: str) -> None:
    for key, text in sentences(language).items():
        if key.startswith("text_message."):
            filled = _PLACE.sub("", text).replace("[]", "[한빛은행]") + "0" * NUMBERS.text_message.digits
            assert len(filled.encode("utf-16-be")) // 2 <= NUMBERS.text_message.characters, key


def test_no_sentence_for_people_stands_outside_the_wording() -> None:
    hangul = re.compile("[가-힣]{2,}(요|다|까)[.?!\"'`]")
    # The PIN page's one file says what it says to a browser without JavaScript, in both languages.
    written = (path for path in sorted((ROOT / "src").rglob("*.html")) if path.parent.name != "static")
    templates = [path for path in written if hangul.search(path.read_text("utf-8"))]
    programs = [path for path in sorted((ROOT / "browser" / "src").rglob("*.ts")) if hangul.search(path.read_text())]
    assert templates + programs == []
