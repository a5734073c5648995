"""Customers of every kind enrol, log in, mistype and sign at the running house; then everything that any process
wrote, said or was asked for is searched for what must be nowhere."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from dojang.client.holder import Holder, attempts, enrol
from dojang.client.transport import LoopbackTransport
from dojang.demo.customer import Customer
from dojang.demo.person import Person
from dojang.demo.processes import ready
from dojang.demo.story import Story, StoryBroken
from dojang.demo.tour import Setting, Tour
from dojang.pin import sealing
from dojang.pin.version import Secrets
from tests.demo_house.canaries import files_of, forms, holds, holds_digits, is_database, values_of
from tests.demo_house.loot import opened
from tests.demo_house.running import PROCESSES, House, dojang, wait_until

WAYS = tuple(product(("ars", "overseas"), ("security_card", "one_time_code", "mobile")))
WISH = {"payee": "이춘풍", "bank": "가상은행", "account": "110-777-000001", "amount": 12_345}
PORTS = {"bank": 0, "center": 1, "guard-1": 11, "guard-2": 12, "guard-3": 13, "pin-page": 14, "vault": 20, "status": 30}


@dataclass
class Heard:
    """What went over the customers' wires, and what their own side knew meanwhile."""

    addresses: list[bytes] = field(default_factory=list)
    refusals: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    pins: set[str] = field(default_factory=set)
    secrets: dict[str, set[bytes]] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    told: str = ""

    def note(self, name: str, *values: bytes) -> None:
        self.secrets.setdefault(name, set()).update(values)


class Listening(LoopbackTransport):
    """Keeps what is asked for and answered."""

    def __init__(self, heard: Heard) -> None:
        super().__init__()
        self.heard = heard

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        content = response.read()
        self.heard.addresses.append(f"{request.url} {response.headers.get('location', '')}".encode())
        (self.heard.refusals if response.status_code >= 400 else self.heard.answers).append(content)
        return response


def client(heard: Heard) -> httpx2.Client:
    return httpx2.Client(transport=Listening(heard), timeout=20, trust_env=False)


def listen(monkeypatch: pytest.MonkeyPatch, heard: Heard) -> None:
    """Every secret of the customers' side is noted as it comes about."""
    real_seal, real_activation = sealing.seal, Secrets.activation_secret
    stretches = {module: module.stretch for module in (enrol, attempts)}

    def activation_secret(self: Secrets, kid: bytes) -> bytes:
        """Only a right R comes so far."""
        heard.note("S", self.secret)
        heard.note("AK", self.authorization_key().seed)
        secret: bytes = real_activation(self, kid)
        heard.note("A", secret)
        return secret

    def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
        sealed = real_seal(plain, public, info)
        heard.note("sealed", sealed)
        return sealed

    def stretched(module: Any) -> Callable[..., bytes]:
        def stretch(pin: str, *how: Any) -> bytes:
            heard.pins.add(pin)
            p: bytes = stretches[module](pin, *how)
            heard.note("P", p)
            return p

        return stretch

    monkeypatch.setattr(Secrets, "activation_secret", activation_secret)
    monkeypatch.setattr(sealing, "seal", seal)
    for module in (enrol, attempts):
        monkeypatch.setattr(module, "stretch", stretched(module))


def customer_of(house: House, heard: Heard, folder: Path, route: str) -> Customer:
    customer = house.customer(folder, departure="OUT" if route == "overseas" else "IN")
    person = customer.person
    heard.people.append(person.facts)
    for name, base in (("center", house.houses.center), ("bank", house.houses.bank)):
        listening = client(heard)
        listening.base_url, listening.headers["Origin"] = httpx2.URL(base), base
        setattr(person, name, listening)
    customer.holder = Holder(house.anchors(), folder, client(heard))
    return customer


def go_wrong(customer: Customer, heard: Heard) -> None:
    """Everything that a customer can get wrong on the way, with what must not be repeated in it."""
    person = customer.person
    application = person.apply()
    person.agree(application)
    wrong = str(person.facts["rrn"])[:-4] + "7" + str(person.facts["rrn"])[-3:]
    heard.people.append({**person.facts, "rrn": wrong})
    with pytest.raises(StoryBroken, match="identity_not_matched"):
        person.identify(application, wrong)
    person.identify(application)
    with pytest.raises(StoryBroken):
        person.ask(f"/api/v1/applications/{application}/medium/one-time-code", {"code": "000000"})
    with pytest.raises(StoryBroken):
        person.ask(f"/api/v1/applications/{application}/details", person.details())


def shout(house: House, heard: Heard, pin: str, person: dict[str, Any]) -> None:
    """Bodies that are wrong in every way, holding everything, to every process: nobody may say it again."""
    everything = {"pin": pin, **{name: person[name] for name in ("rrn", "name", "phone", "birth_date", "user_id")}}
    paths = {
        "center": ("/api/v1/applications", "/v1/transactions/open", "/v1/versions/record", "/openid/token", "/nowhere"),
        "bank": ("/contracts/core-banking/identity-matches", "/transfers", "/demo/customers", "/nowhere"),
        "vault": ("/v1/credentials", "/v1/activations"),
        "status": ("/ocsp", "/nowhere"),
        "pin-page": ("/", "/nowhere"),
        **{f"guard-{i}": ("/v1/versions", "/v1/attempts", "/v1/confirm", "/v1/statements") for i in (1, 2, 3)},
    }
    body = json.dumps(everything, ensure_ascii=False).encode()
    with client(heard) as http:
        for name, of_process in paths.items():
            base = f"http://127.0.0.1:{house.ground.port(PORTS[name])}"
            for path, content in product(of_process, (body, body[:-1], b"[" + body + b"]", b"\xff" + body)):
                headers = {"Content-Type": "application/json", "Idempotency-Key": "k", "Origin": house.houses.center}
                answer = http.post(base + path, content=content, headers=headers)
                # RFC 6960 2.3: a responder answers a malformed request with 200 and an error inside.
                assert 400 <= answer.status_code < 500 or (path, answer.status_code) == ("/ocsp", 200), (name, path)
                heard.refusals.append(answer.content)


@pytest.fixture(scope="module")
def heard(house: House, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    heard, folder = Heard(), tmp_path_factory.mktemp("canaries")
    with pytest.MonkeyPatch.context() as monkeypatch:
        listen(monkeypatch, heard)
        for number, (route, medium) in enumerate(WAYS):
            customer = customer_of(house, heard, folder / str(number), route)
            go_wrong(customer, heard)
            customer.enrol(customer.prove(route=route, medium=medium))
            wrong = f"{(int(customer.pin) + 1) % 1_000_000:06d}"
            assert customer.log_in([wrong, customer.pin]) == [4]
            customer.transfer(WISH)
            shout(house, heard, customer.pin, customer.person.facts)
            customer.close()
        take_a_tour(house, heard, folder / "tour")
    for offset in PORTS.values():
        wait_until(partial(ready, house.ground.port(offset)))
        heard.answers.append(httpx2.get(f"http://127.0.0.1:{house.ground.port(offset)}/metrics").content)
    return heard


def take_a_tour(house: House, heard: Heard, out: Path) -> None:
    told = io.StringIO()
    Tour(Setting(house.houses, house.anchors(), out, house.data), Story(Console(file=told, width=400))).tell_it()
    heard.told = told.getvalue() + "".join(
        path.read_text("latin-1") for path in files_of(out) if path.suffix == ".json"
    )
    user_id = json.loads((out / "customer.json").read_text())["user_id"]
    heard.people.append(Person.known(house.houses, user_id).facts)


def logs(house: House) -> dict[str, bytes]:
    """What the processes and the supervisor wrote for people to read."""
    written = {path.name: path.read_bytes() for path in files_of(house.data / "logs")}
    assert {f"{name}.log" for name in PROCESSES} <= set(written)
    return {**written, "supervisor": house.output.read_bytes()}


def written(house: House) -> Iterator[tuple[str, bytes]]:
    """Every file below the data folder, every value of every database, and what the centre sealed in its own."""
    for path in files_of(house.data):
        name = str(path.relative_to(house.data))
        yield name, path.read_bytes()
        if is_database(path):
            for place, value in values_of(path):
                yield f"{name}:{place}", value
    for place, value in opened(house.data / "center"):
        yield f"center/center.db:{place}", value


def said(heard: Heard) -> dict[str, bytes]:
    return {
        "addresses": b"\n".join(heard.addresses),
        "refusals": b"\n".join(heard.refusals),
        "answers": b"\n".join(heard.answers),
        "tour": heard.told.encode(),
    }


def test_every_form_of_a_canary_is_found(heard: Heard, house: House) -> None:
    """The search itself: what is there in one form or another is found in it."""
    secret = bytes(range(65, 65 + 17))
    for prefix in (b"", b"x", b"xy"):
        for form in (secret, secret.hex().encode(), secret.decode().encode("utf-16-le")):
            assert holds(prefix + form + b"z", secret)
        for encoded in (base64.b64encode, base64.urlsafe_b64encode):
            assert holds(encoded(prefix + secret + b"zz"), secret), prefix
            assert holds_digits(encoded(prefix + b"802413" + b"zz"), "802413"), prefix
    assert holds_digits(b'{"pin":"802413"}', "802413")
    assert holds_digits(b"/?pin=802413", "802413")
    assert not holds_digits(b"1802413", "802413")
    assert min(len(form) for form in forms(b"802413")) >= 6
    assert len(heard.pins) >= 2 * len(WAYS)
    assert {name: len(values) >= len(WAYS) for name, values in heard.secrets.items()} == dict.fromkeys(
        ("S", "AK", "A", "sealed", "P"), True
    )
    journal = dict(values_of(house.data / "guard-1" / "journal.db"))
    assert "customer.secret" in journal


def test_a_resident_number_is_in_the_banks_customer_table_alone(heard: Heard, house: House) -> None:
    numbers = {str(person["rrn"]) for person in heard.people}
    assert len(numbers) == 2 * len(WAYS) + 1
    found = set()
    for place, content in (*written(house), *said(heard).items()):
        for number in numbers:
            if holds(content, number.encode()) or holds(content, number.replace("-", "").encode()):
                found.add(place)
    # The file itself and its write-ahead log hold the table; the fictional customer was told who they are once.
    files = {f"bank/bank.sqlite3{suffix}" for suffix in ("", "-wal", ":customers.resident_number")}
    assert "bank/bank.sqlite3:customers.resident_number" in found
    assert found <= files


def test_a_pin_is_nowhere(heard: Heard, house: House) -> None:
    found = {
        place
        for place, content in (*written(house), *said(heard).items())
        for pin in heard.pins
        if holds_digits(content, pin)
    }
    assert found == set()


@pytest.mark.parametrize("name", ["P", "S", "AK", "A", "sealed"])
def test_no_secret_of_the_customers_side_is_written_or_said(heard: Heard, house: House, name: str) -> None:
    everything = (*written(house), *said(heard).items())
    for secret in heard.secrets[name]:
        searched = forms(secret)
        assert [place for place, content in everything if any(form in content for form in searched)] == []


def test_a_guards_key_is_in_its_own_store_alone(heard: Heard, house: House) -> None:
    everything = (*written(house), *said(heard).items())
    for index in (1, 2, 3):
        stored = values_of(house.data / f"guard-{index}" / "journal.db")
        keys = {value for place, value in stored if place == "customer.secret"}
        assert len(keys) > len(WAYS)
        for key in keys:
            searched = forms(key)
            found = {place for place, content in everything if any(form in content for form in searched)}
            assert {place.split("/")[0] for place in found} == {f"guard-{index}"}
            assert {place for place in found if ":" in place} == {f"guard-{index}/journal.db:customer.secret"}


@pytest.mark.parametrize("what", ["name", "phone", "birth_date", "rrn", "user_id", "customer_number"])
def test_no_log_metric_or_refusal_says_who_it_was(heard: Heard, house: House, what: str) -> None:
    metrics = heard.answers[-len(PORTS) :]
    assert all(b"# HELP" in metric for metric in metrics)
    spoken = {**logs(house), "metrics": b"\n".join(metrics), "refusals": b"\n".join(heard.refusals)}
    assert heard.refusals
    for person in heard.people:
        value = str(person[what])
        for spelling in {value, value.replace("-", "")}:
            searched = forms(spelling.encode()) if len(spelling) > 4 else [spelling.encode()]
            assert [place for place, content in spoken.items() if any(form in content for form in searched)] == []


def test_the_centres_database_shows_nobodys_phone_or_birth_date(heard: Heard, house: House) -> None:
    values = list(values_of(house.data / "center" / "center.db"))
    for person in heard.people:
        for what in ("phone", "overseas_phone", "birth_date", "user_id", "customer_number"):
            for spelling in {str(person[what]), str(person[what]).replace("-", "")}:
                assert [place for place, value in values if spelling.encode() in value] == [], what


def test_the_tours_own_command_says_no_number_and_no_pin(heard: Heard, house: House, tmp_path: Path) -> None:
    done = dojang(
        "tour",
        *("--center", house.houses.center, "--bank", house.houses.bank, "--data", str(house.data)),
        *("--out", str(tmp_path)),
    )
    assert done.returncode == 0
    facts = Person.known(house.houses, json.loads((tmp_path / "customer.json").read_text())["user_id"]).facts
    left = done.stdout + done.stderr + "".join(path.read_text("latin-1") for path in files_of(tmp_path))
    for what in ("rrn", "phone", "birth_date", "otp_seed"):
        assert str(facts[what]) not in left
        assert str(facts[what]).replace("-", "") not in left
