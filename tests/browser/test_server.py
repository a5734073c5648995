"""The PIN page's host: a few files, strict headers, and nothing else of the disk."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin_page import files
from dojang.pin_page.server import application, content_security_policy
from dojang.pin_page.settings import PinPageSettings
from dojang.refusals import SettingMissing, SettingRefused
from dojang.serving import pages
from tests.vectors.one_version import ANCHORS

STATIC = Path(files.__file__).parent / "static"
LOOK = ["tokens.css", "page.css", "icon.svg"]
FONTS = ["DojangSans-Regular.woff2", "DojangSans-SemiBold.woff2", "OFL.txt"]
BUNDLE = {path.name: path for path in sorted(STATIC.iterdir())}
BUNDLE |= {name: pages.LOOK / name for name in LOOK} | {name: pages.LOOK / "fonts" / name for name in FONTS}
NAMES = {"hanbit-bank": {"en": "Hanbit Bank", "ko": "한빛은행"}}
SETTINGS = PinPageSettings(ANCHORS, "offer", NAMES, "127.0.0.1", 8014)


@pytest.fixture
def client() -> TestClient:
    return TestClient(application(SETTINGS))


@pytest.mark.parametrize("name", BUNDLE)
def test_every_file_of_the_bundle_is_served_as_it_is(client: TestClient, name: str) -> None:
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    assert answer.content == BUNDLE[name].read_bytes()


def test_the_pages_look_is_the_one_of_all_pages_with_its_font_and_the_fonts_licence(client: TestClient) -> None:
    assert client.get("/tokens.css").headers["content-type"] == "text/css; charset=utf-8"
    font = client.get("/DojangSans-Regular.woff2")
    assert (font.headers["content-type"], font.headers["cache-control"]) == ("font/woff2", "no-cache")
    assert "font-src 'self'" in font.headers["content-security-policy"]
    assert "SIL OPEN FONT LICENSE" in client.get("/OFL.txt").text.upper()
    assert client.get("/characters.txt").status_code == 404


def test_the_page_is_told_the_names_and_whether_digits_may_be_mixed_and_no_more(client: TestClient) -> None:
    answer = client.get("/settings.json")
    assert answer.json() == {"relying_parties": NAMES, "shuffle": "offer"}
    assert answer.content == canonical(answer.json())


def test_the_page_is_at_the_root(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.content == (STATIC / "index.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_the_anchors_are_served_as_they_were_read(client: TestClient) -> None:
    answer = client.get("/anchors.json")
    assert answer.content == ANCHORS.canonical()
    assert answer.headers["content-type"] == "application/json"


def test_whoever_compares_finds_the_hashes_of_bundle_and_anchors(client: TestClient) -> None:
    said = client.get("/.well-known/dojang-pin-page").json()
    listed = {name: b64(sha256(path.read_bytes())) for name, path in BUNDLE.items()}
    assert said == {
        "files": listed,
        "bundle_sha256": b64(sha256(canonical(listed))),
        "anchors_sha256": b64(ANCHORS.guards_hash),
        "settings_sha256": b64(sha256(client.get("/settings.json").content)),
    }


PATHS = ["/", "/pin_page.js", "/settings.json", "/.well-known/dojang-pin-page", "/healthz", "/nothing"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_strict_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "script-src 'self'" in policy
    assert not [part for part in policy if "unsafe" in part or "*" in part]
    origins = [guard.origin for guard in ANCHORS.guards]
    assert f"connect-src 'self' {' '.join(origins)} {ANCHORS.center_origin}" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/", "/index.html", "/anchors.json", "/settings.json", "/.well-known/dojang-pin-page"])
def test_what_names_the_rest_is_never_kept(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_a_script_is_kept_only_as_long_as_it_is_the_same(client: TestClient) -> None:
    first = client.get("/pin_page.js")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/pin_page.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/pin_page.js", headers={"If-None-Match": '"another"'}).status_code == 200


def test_only_over_tls_is_a_browser_told_to_insist_on_it() -> None:
    app = application(SETTINGS)
    plain, secured = TestClient(app, base_url="http://pin.example"), TestClient(app, base_url="https://pin.example")
    assert "strict-transport-security" not in plain.get("/").headers
    assert secured.get("/").headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/pin_page.js", "/anchors.json"])
def test_nothing_but_reading_is_allowed(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 405


def test_head_says_what_get_would(client: TestClient) -> None:
    answer = client.head("/anchors.json")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(ANCHORS.canonical()))


@pytest.mark.parametrize(
    "path",
    [
        "/../settings.py",
        "/%2e%2e/settings.py",
        "/..%2fsettings.py",
        "/static/index.html",
        "/static/../server.py",
        "//etc/passwd",
        "/etc/passwd",
        "/%2fetc%2fpasswd",
        "/index.html/",
        "/index.html%00",
        "/pin_page.js/../server.py",
        "/.git/config",
    ],
)
def test_no_other_path_is_a_file(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code in {307, 404}
    assert b"import" not in answer.content


def test_a_page_without_its_bundle_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(files, "files", lambda _package: tmp_path)
    with pytest.raises(SettingRefused):
        application(SETTINGS)


@pytest.mark.parametrize("origin", ["http://evil.example; script-src *", "'unsafe-inline'", "http://a b", "*", ""])
def test_anchors_whose_origins_are_none_do_not_reach_the_policy(origin: str) -> None:
    with pytest.raises(SettingRefused):
        content_security_policy(replace(ANCHORS, center_origin=origin))
    guards = (replace(ANCHORS.guards[0], origin=origin), *ANCHORS.guards[1:])
    with pytest.raises(SettingRefused):
        content_security_policy(replace(ANCHORS, guards=guards))


def environment(path: Path) -> dict[str, str]:
    return {
        "DOJANG_PIN_PAGE_ANCHORS": str(path),
        "DOJANG_PIN_PAGE_SHUFFLE": "offer",
        "DOJANG_PIN_PAGE_RELYING_PARTIES": json.dumps(NAMES),
        "DOJANG_PIN_PAGE_HOST": "127.0.0.1",
        "DOJANG_PIN_PAGE_PORT": "8014",
    }


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "anchors.json"
    file.write_bytes(ANCHORS.canonical())
    settings = PinPageSettings.from_environment(environment(file))
    assert settings == SETTINGS


@pytest.mark.parametrize("name", ["ANCHORS", "SHUFFLE", "RELYING_PARTIES", "HOST", "PORT"])
def test_nothing_has_a_default(tmp_path: Path, name: str) -> None:
    file = tmp_path / "anchors.json"
    file.write_bytes(ANCHORS.canonical())
    missing = {setting: value for setting, value in environment(file).items() if not setting.endswith(name)}
    with pytest.raises(SettingMissing) as refused:
        PinPageSettings.from_environment(missing)
    assert refused.value.facts == {"setting": f"DOJANG_PIN_PAGE_{name}"}


def test_anchors_that_are_none_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "anchors.json"
    file.write_text(json.dumps(json.loads(ANCHORS.canonical())))
    with pytest.raises(SettingRefused):
        PinPageSettings.from_environment(environment(file))
    with pytest.raises(SettingRefused):
        PinPageSettings.from_environment(environment(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHUFFLE", "maybe"),
        ("SHUFFLE", "ON"),
        ("RELYING_PARTIES", "hanbit-bank"),
        ("RELYING_PARTIES", "[]"),
        ("RELYING_PARTIES", '{"": {"ko": "가", "en": "a"}}'),
        ("RELYING_PARTIES", '{"a b": {"ko": "가", "en": "a"}}'),
        ("RELYING_PARTIES", '{"a": "가"}'),
        ("RELYING_PARTIES", '{"a": {"ko": "가"}}'),
        ("RELYING_PARTIES", '{"a": {"ko": "가", "en": "a", "fr": "a"}}'),
        ("RELYING_PARTIES", '{"a": {"ko": "가", "en": " "}}'),
        ("RELYING_PARTIES", '{"a": {"ko": "가", "en": 1}}'),
        ("RELYING_PARTIES", '{"a": {"ko": "가", "en": "a\u202eb"}}'),
    ],
)
def test_a_setting_that_is_none_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    file = tmp_path / "anchors.json"
    file.write_bytes(ANCHORS.canonical())
    with pytest.raises(SettingRefused) as refused:
        PinPageSettings.from_environment(environment(file) | {f"DOJANG_PIN_PAGE_{name}": value})
    assert refused.value.facts == {"setting": f"DOJANG_PIN_PAGE_{name}"}
