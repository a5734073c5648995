"""Every label of the protocol, once. A label names what the bytes are for, so that a signature or hash made for one
purpose never serves another. The browser holds the same list in `browser/src/protocol/labels.ts`; the shared vectors
prove both."""

from typing import Final

_PREFIX: Final = b"dojang/1/"

# derivations of a version's secrets
SECRET: Final = _PREFIX + b"secret"
AUTHORIZATION_SEED: Final = _PREFIX + b"authorization-seed"
COMMITMENT: Final = _PREFIX + b"commitment"
ACTIVATION_SECRET: Final = _PREFIX + b"activation-secret"
MASK: Final = _PREFIX + b"mask"
KEK: Final = _PREFIX + b"kek"

# signed by the centre
TICKET: Final = _PREFIX + b"ticket"
SERVICE_CALL: Final = _PREFIX + b"service-call"

# signed by a guard
VERSION_REPLY: Final = _PREFIX + b"version-reply"
VERSION_RECEIPT: Final = _PREFIX + b"version-receipt"
ATTEMPT_REPLY: Final = _PREFIX + b"attempt-reply"
ATTEMPT_REFUSAL: Final = _PREFIX + b"attempt-refusal"
CONFIRM_RECEIPT: Final = _PREFIX + b"confirm-receipt"
JOURNAL_ENTRY: Final = _PREFIX + b"journal-entry"

# signed by the customer's authorisation key
CREDENTIAL: Final = _PREFIX + b"credential"
STATEMENT: Final = _PREFIX + b"statement"
ACTIVATION: Final = _PREFIX + b"activation"
DEVICE_ADDITION: Final = _PREFIX + b"device-addition"

# signed by a browser's device key
DEVICE_AT_GUARD: Final = _PREFIX + b"device-at-guard"
DEVICE_AT_CENTRE: Final = _PREFIX + b"device-at-centre"

# sealed to the vault's day key, or to core banking
CREDENTIAL_INFO: Final = _PREFIX + b"credential-info"
ACTIVATION_INFO: Final = _PREFIX + b"activation-info"
RESIDENT_NUMBER_INFO: Final = _PREFIX + b"resident-number-info"

# signed by the vault
DAY_KEY: Final = _PREFIX + b"day-key"
ATTESTATION: Final = _PREFIX + b"attestation"

# hashed
ATTEMPT_ID: Final = _PREFIX + b"attempt-id"
ACTIVATION_HASH: Final = _PREFIX + b"activation-hash"
LEAF_PLACE: Final = _PREFIX + b"leaf-place"
LEAF_EVENT: Final = _PREFIX + b"leaf-event"

# signed by the registration authority
REGISTRATION: Final = _PREFIX + b"registration"

# the content of a login
LOGIN_CONTENT: Final = _PREFIX + b"login"
