"""Our own object identifiers, below an arc made from a random UUID, which needs no registrar.

The UUID stands in pieces of 16 and 24 bits below the arc that Microsoft keeps for identifiers made so. X.667's
2.25.<uuid> would be one arc of 128 bits, and much software (pkilint, Go's asn1) reads arcs of 32 bits at most.
"""

from typing import Final

from cryptography.x509 import ObjectIdentifier

# 26a40d02-ab53-4da6-b99c-1ff826c0c9bc. Never changes: relying parties filter by the policies below it.
ARC: Final = "1.2.840.113556.1.8000.2554.9892.3330.43859.19878.47516.2095142.12634556"

# <arc>.1 certificate policies: .1 financial certificates, .1 personal
PERSONAL_FINANCIAL: Final = ObjectIdentifier(f"{ARC}.1.1.1")

ANY_POLICY: Final = ObjectIdentifier("2.5.29.32.0")

NAMES: Final = {"personal_financial": PERSONAL_FINANCIAL, "any": ANY_POLICY}
