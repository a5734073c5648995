"""Which names a certificate may carry."""

import re
import unicodedata
from typing import Final

from dojang.refusals import CertificateRefused

# RFC 5280 appendix A.1, ub-common-name: 64. Of characters, but pyca and others count octets; the stricter one holds.
MAX_COMMON_NAME: Final = 64

# Digits in the shape of a resident registration number (YYMMDD-GNNNNNN). None may get into a subject.
RESIDENT_NUMBER: Final = re.compile(r"(?<!\d)\d{6}[-\s]?\d{7}(?!\d)")


def check_holder_name(name: str) -> str:
    """`name`, fit for a CN as it stands: the RA signed exactly these characters, so nothing is mended here.

    Raises `CertificateRefused(lint="holder_name")`: empty, over 64 octets of UTF-8, not NFC, blanks at the ends or
    doubled, control, format (bidi among them), unassigned or private characters, a resident registration number.
    """
    fit = (
        0 < len(name.encode("utf-8", "surrogatepass")) <= MAX_COMMON_NAME
        and unicodedata.is_normalized("NFC", name)
        and " ".join(name.split()) == name
        and not any(unicodedata.category(character).startswith("C") for character in name)
        and not RESIDENT_NUMBER.search(name)
    )
    if not fit:
        raise CertificateRefused(lint="holder_name")
    return name
