"""What the registration authority (등록대행기관) answered."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RegistrationStatement:
    """Sign_RA(name | applicant hash | uid | kid | AKpub | replaces kid or empty)."""

    name: str = field(repr=False)
    applicant_hash: bytes = field(repr=False)
    uid: bytes
    kid: bytes
    authorization_key: bytes
    replaces: bytes
    signature: bytes = field(repr=False)
