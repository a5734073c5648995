"""Somebody who goes through the bank's pages by their forms, as a browser does."""

import re
import secrets
from html import unescape
from urllib.parse import urlencode

import httpx2
from starlette.testclient import TestClient

from tests.demo.fake_center import BANK

_KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')
_FORM = "application/x-www-form-urlencoded"


def order_form(**changes: str) -> dict[str, str]:
    return {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": "1,500,000", **changes}


class Walker:
    """A browser of a `client`'s cookies, in a language."""

    def __init__(self, client: TestClient, language: str = "ko") -> None:
        self.client, self.language = client, language

    def get(self, path: str) -> httpx2.Response:
        """A page, as a browser asks for it."""
        return self.client.get(path, headers={"Accept": "text/html", "Accept-Language": self.language})

    def text(self, path: str) -> str:
        """What a page says, without its markup."""
        return words(self.get(path))

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """A form of ours with a key of its own, unless it brings one. `headers` replace a browser's."""
        fields = {"idempotency_key": secrets.token_urlsafe(16), **(form or {})}
        said = {"Accept": "text/html", "Accept-Language": self.language, "Content-Type": _FORM, "Origin": BANK}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in said.items() if value}
        return self.client.post(path, content=urlencode(fields), headers=sent, follow_redirects=False)

    def order(self, **changes: str) -> str:
        """A transfer that waits for its signature: the path of its page."""
        answer = self.post("/banking/transfer", order_form(**changes))
        assert answer.status_code == 303, words(answer)
        return str(answer.headers["location"]).removesuffix("/confirm")


def key_in(page: httpx2.Response) -> str:
    """The key that the page's form carries."""
    found = _KEY.search(page.text)
    assert found is not None, page.text
    return found[1]


def words(page: httpx2.Response) -> str:
    """The page's text, its spaces made one."""
    body = page.text.partition("<main")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))
