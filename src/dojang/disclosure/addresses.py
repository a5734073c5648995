"""Where somebody may be sent, and with which answer."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from dojang.values.relying_party import RelyingParty

# RFC 3986 without the fragment and without percent signs: a browser takes %2e%2e for the folder above, too.
_REST: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*")


def with_answer(address: str, answer: Mapping[str, str]) -> str:
    """The address with the answer in its query; what stood there stays (RFC 6749 3.1.2)."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(answer)}"


def is_way_back(client: RelyingParty, address: str) -> bool:
    """Whether the address lies below one that the client registered, however a browser reads it."""
    below = next((address.removeprefix(uri) for uri in client.return_uris if address.startswith(uri)), None)
    if below is None or not _REST.fullmatch(below):
        return False
    return not {".", ".."} & set(below.partition("?")[0].split("/"))
