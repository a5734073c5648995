"""The profiles: what each kind of certificate says, one TOML file each, and their reader."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from dojang.refusals import CertificateRefused

KeyUse = Literal["digital_signature", "content_commitment", "key_cert_sign", "crl_sign"]
Pointer = Literal["ocsp", "ca_issuers", "crl"]
Name = Literal["root", "issuing", "ocsp_responder", "personal_financial"]
ALL: Final[tuple[Name, ...]] = ("root", "issuing", "ocsp_responder", "personal_financial")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Subject(_Part):
    """Attributes in the order in which they are written. Without `common_name` it is the holder's, and made unique."""

    country: str
    organization: str
    organizational_unit: str | None = None
    common_name: str | None = None


class Policy(_Part):
    """A certificate policy by its name in `object_identifiers.NAMES`, with the practice statement's address."""

    name: str
    notice: str | None = Field(default=None, max_length=200)  # RFC 5280 4.2.1.4: DisplayText


class Profile(_Part):
    """One kind of certificate."""

    name: Name
    years: PositiveInt
    subject: Subject
    key_usage: Annotated[frozenset[KeyUse], Field(strict=False, min_length=1)]
    extended_key_usage: Annotated[tuple[str, ...], Field(strict=False)] = ()
    authority: bool = False
    path_length: int | None = None
    policy: Policy | None = None
    points_to: Annotated[frozenset[Pointer], Field(strict=False)] = frozenset()
    ocsp_no_check: bool = False


@cache
def read(name: str) -> Profile:
    """The profile of that name. Raises `CertificateRefused(lint="profile")` for one we do not have."""
    if name not in ALL:
        raise CertificateRefused(lint="profile")
    text = files("dojang.authority.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    return Profile.model_validate({"name": name, **tomllib.loads(text)})
