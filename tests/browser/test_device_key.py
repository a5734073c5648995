"""A browser's device key in real Chromium: nobody can read it, it is there after a reload, and it can do without."""

import json
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect

from dojang.pin.encoding import b64
from tests.browser.visitor import PIN_ORIGIN, Visitor
from tests.client.world import PIN

OPEN, STATEMENT, ATTEMPTS = "/v1/transactions/open", "/v1/versions/statement", "/v1/attempts"

# Whatever the PIN origin keeps in IndexedDB, and what comes of the attempt to read each private key in it.
READ_KEYS: Final = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      for (const { privateKey, publicKey, ...more } of await done(database.transaction(store).objectStore(store).getAll())) {
        const reading = ["jwk", "pkcs8", "raw"].map((format) =>
          crypto.subtle.exportKey(format, privateKey).then(() => "read", (error) => error.name));
        found.push({ name, store, extractable: privateKey.extractable, usages: privateKey.usages,
          kind: privateKey.type, more: Object.keys(more), reading: await Promise.all(reading),
          spki: btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)))) });
      }
    }
    database.close();
  }
  return found;
}"""

MAKE_AT_ONCE: Final = """async () => {
  const { storedDevices } = await import("/device_store.mjs");
  const browser = () => storedDevices(() => indexedDB);
  const before = await browser().find();
  const made = await Promise.all([browser().make(), browser().make(), browser().make()]);
  const later = await browser().find();
  return { before: before === undefined, ids: [...made, later].map(({ id }) => [...id].join()) };
}"""

# As in browsers that let a private window keep nothing.
NO_DATABASE: Final = {
    "none": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "refusing": """Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } });""",
    "failing": """IDBFactory.prototype.open = function () {
        const request = new EventTarget();
        setTimeout(() => request.onerror(new Event('error')));
        return request;
    };""",
}


def sent(visitor: Visitor, path: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in visitor.world.wire.sent(path)]


def log_in(visitor: Visitor, customer: Any, **how: bool) -> None:
    page = visitor.open(visitor.world.center.ask(customer, **how))
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def read_keys(page: Page) -> list[dict[str, Any]]:
    page.goto(PIN_ORIGIN)
    keys: list[dict[str, Any]] = page.evaluate(READ_KEYS)
    return keys


def test_the_key_can_be_used_but_never_read_and_is_there_after_a_reload(visitor: Visitor) -> None:
    code, customer = visitor.world.center.new_customer(connect=True)
    page = visitor.open(code)
    visitor.enrol()
    (key,) = read_keys(page)
    page.reload()
    assert page.evaluate(READ_KEYS) == [key]
    assert key["reading"] == ["InvalidAccessError"] * 3
    assert (key["kind"], key["extractable"], key["usages"], key["more"]) == ("private", False, ["sign"], [])
    ((device, spki),) = customer.devices.items()
    assert sent(visitor, STATEMENT)[-1]["device_key"] == b64(spki)
    visitor.world.wire.seen.clear()
    log_in(visitor, customer, known_only=True)
    assert sent(visitor, OPEN)[-1]["device"] == b64(device)
    assert {attempt["device_proof"]["device"] for attempt in sent(visitor, ATTEMPTS)} == {b64(device)}
    assert read_keys(page) == [key]


def test_a_browser_makes_one_key_whoever_is_first(visitor: Visitor, bundled_tests: Path) -> None:
    script = (bundled_tests / "device_store.mjs").read_text("utf-8")
    visitor.page.route("**/device_store.mjs", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    visitor.page.goto(PIN_ORIGIN)
    made = visitor.page.evaluate(MAKE_AT_ONCE)
    assert made["before"]
    assert len(set(made["ids"])) == 1


def test_a_browser_that_nobody_connected_keeps_no_key(visitor: Visitor) -> None:
    code, customer = visitor.world.center.new_customer()
    page = visitor.open(code)
    visitor.enrol()
    log_in(visitor, customer)
    assert read_keys(page) == []


def test_a_browser_that_keeps_nothing_goes_on_without_a_device(visitor: Visitor) -> None:
    code, customer = visitor.world.center.new_customer(connect=True)
    page = visitor.context.new_page()
    for spoil in NO_DATABASE.values():
        page.close()
        page = visitor.page = visitor.context.new_page()
        page.add_init_script(spoil)
        if not customer.certificate:
            visitor.open(code)
            visitor.enrol()
        log_in(visitor, customer, connect=True)
    assert sent(visitor, STATEMENT)[-1]["device_key"] == ""
    assert len(sent(visitor, OPEN)) == 4
    assert not [body for _, _, body in visitor.world.wire.seen if b'"device' in body.replace(b'"device_key":""', b"")]
