"""The reader of `numbers.toml`. `NUMBERS.pin.tries` is the one place where the limit of five lives."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, PositiveInt


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Pin(_Section):
    digits: PositiveInt
    tries: PositiveInt
    life: PositiveInt
    new_pin_due: PositiveInt
    attempt_kept: PositiveInt
    staged_elements: PositiveInt
    threshold: PositiveInt
    guards: PositiveInt


class Time(_Section):
    clock_skew: PositiveInt
    call_skew: PositiveInt


class Device(_Section):
    per_customer: PositiveInt
    tries: PositiveInt
    life: PositiveInt
    new_pin_due: PositiveInt
    connected_days: PositiveInt
    cookie_renewal: PositiveInt


class Ticket(_Section):
    version: PositiveInt
    attempt: PositiveInt
    device_remove: PositiveInt


class Transaction(_Section):
    bytes: PositiveInt
    lifetime: PositiveInt
    code: PositiveInt
    day_key: PositiveInt
    day_key_margin: PositiveInt
    day_key_renewal: PositiveInt
    forget_after: PositiveInt


class Application(_Section):
    idle: PositiveInt
    identity_proof: PositiveInt
    call_proof: PositiveInt
    medium_proof: PositiveInt
    identity_tries_per_person: PositiveInt
    identity_tries_per_address: PositiveInt
    identity_tries_in_all: PositiveInt
    identity_window: PositiveInt


class PhoneCall(_Section):
    digits: PositiveInt
    tries: PositiveInt
    lifetime: PositiveInt
    calls_per_hour: PositiveInt


class TextMessage(_Section):
    digits: PositiveInt
    lifetime: PositiveInt
    tries: PositiveInt
    resend_after: PositiveInt
    per_number_per_hour: PositiveInt
    characters: PositiveInt


class Login(_Section):
    interaction: PositiveInt
    code: PositiveInt
    access_token: PositiveInt
    id_token: PositiveInt
    assertion: PositiveInt
    signature_request: PositiveInt
    session: PositiveInt
    identify_per_address: PositiveInt
    sms_per_prefix: PositiveInt


class SecurityCard(_Section):
    positions: PositiveInt
    tries: PositiveInt


class OneTimeCode(_Section):
    digits: PositiveInt
    window_steps: PositiveInt
    tries: PositiveInt


class MobileConfirm(_Section):
    comparison_digits: PositiveInt
    lifetime: PositiveInt


class Certificate(_Section):
    years: PositiveInt
    due_days: PositiveInt
    crl_hours: PositiveInt
    reserved_before: PositiveInt
    root_crl_days: PositiveInt
    ocsp_hours: PositiveInt
    status_max_age: PositiveInt


class Version(_Section):
    visit: PositiveInt
    retry_at_most: PositiveInt
    forget_hours: PositiveInt


class Retention(_Section):
    transaction_days: PositiveInt
    certificate_years: PositiveInt


class Jobs(_Section):
    every: PositiveInt
    forget_every: PositiveInt


class Session(_Section):
    lifetime: PositiveInt


class Request(_Section):
    body_bytes: PositiveInt
    crl_bytes: PositiveInt
    idempotency_hours: PositiveInt


class Numbers(_Section):
    """Seconds unless a name says otherwise."""

    pin: Pin
    time: Time
    device: Device
    ticket: Ticket
    transaction: Transaction
    application: Application
    phone_call: PhoneCall
    text_message: TextMessage
    login: Login
    security_card: SecurityCard
    one_time_code: OneTimeCode
    mobile_confirm: MobileConfirm
    certificate: Certificate
    version: Version
    retention: Retention
    jobs: Jobs
    session: Session
    request: Request


@cache
def _read() -> Numbers:
    return Numbers.model_validate(tomllib.loads(files("dojang.policy").joinpath("numbers.toml").read_text("utf-8")))


NUMBERS: Final = _read()
