"""A guard's settings: all named, none by default, and its identity is the one that the anchors know."""

from pathlib import Path

import pytest

from dojang.guard.settings import IDENTITY_KEY, GuardSettings, init
from dojang.pin.encoding import b64
from dojang.pin.signatures import SigningKey
from dojang.refusals import SettingMissing, SettingRefused
from tests.guard.harness import House


@pytest.fixture
def house_of_files(tmp_path: Path) -> tuple[House, dict[str, str]]:
    public = init(tmp_path)
    key = SigningKey((tmp_path / IDENTITY_KEY).read_bytes())
    assert key.public == public
    house = House(identities=(key, SigningKey.generate(), SigningKey.generate()))
    (tmp_path / "anchors.json").write_bytes(house.anchors.canonical())
    return house, {
        "DOJANG_GUARD_ID": "guard-1",
        "DOJANG_GUARD_STORE": f"sqlite:{tmp_path / 'guard.db'}",
        "DOJANG_GUARD_IDENTITY_KEY": str(tmp_path / IDENTITY_KEY),
        "DOJANG_GUARD_ANCHORS": str(tmp_path / "anchors.json"),
        "DOJANG_GUARD_CENTER_KEY": b64(house.call_key.public),
        "DOJANG_GUARD_PIN_ORIGIN": "http://pin.dojang.localhost:8014",
        "DOJANG_GUARD_HOST": "127.0.0.1",
        "DOJANG_GUARD_PORT": "8011",
    }


def test_the_others_of_the_set_come_from_the_anchors(house_of_files: tuple[House, dict[str, str]]) -> None:
    house, environment = house_of_files
    settings = GuardSettings.from_environment(environment)
    assert settings.guards == house.guards("guard-1")
    assert set(settings.guards.others) == {"guard-2", "guard-3"}
    assert "seed" not in repr(settings)


def test_a_file_says_the_same(house_of_files: tuple[House, dict[str, str]], tmp_path: Path) -> None:
    _, environment = house_of_files
    lines = [
        f"{name.removeprefix('DOJANG_GUARD_').lower()} = " + (value if name.endswith("PORT") else f'"{value}"')
        for name, value in environment.items()
    ]
    (tmp_path / "guard.toml").write_text("\n".join(lines))
    settings = GuardSettings.from_environment({"DOJANG_GUARD_SETTINGS": str(tmp_path / "guard.toml")})
    assert settings.guards == GuardSettings.from_environment(environment).guards
    assert settings.port == 8011


def test_nothing_has_a_default(house_of_files: tuple[House, dict[str, str]]) -> None:
    _, environment = house_of_files
    for name in environment:
        with pytest.raises(SettingMissing) as caught:
            GuardSettings.from_environment({k: v for k, v in environment.items() if k != name})
        assert caught.value.facts == {"setting": name}


REFUSED = {
    "DOJANG_GUARD_ID": "guard-9",
    "DOJANG_GUARD_STORE": "guard.db",
    "DOJANG_GUARD_IDENTITY_KEY": "nowhere",
    "DOJANG_GUARD_ANCHORS": "nowhere",
    "DOJANG_GUARD_CENTER_KEY": "AAAA",
    "DOJANG_GUARD_PORT": "many",
    "DOJANG_GUARD_SETTINGS": "nowhere",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_one_is_named(house_of_files: tuple[House, dict[str, str]], name: str) -> None:
    _, environment = house_of_files
    with pytest.raises(SettingRefused) as caught:
        GuardSettings.from_environment(environment | {name: REFUSED[name]})
    assert caught.value.facts["setting"] == name


def test_the_identity_must_be_the_one_that_the_anchors_know(house_of_files: tuple[House, dict[str, str]]) -> None:
    _, environment = house_of_files
    with pytest.raises(SettingRefused) as caught:
        GuardSettings.from_environment(environment | {"DOJANG_GUARD_ID": "guard-2"})
    assert caught.value.facts["setting"] == "DOJANG_GUARD_IDENTITY_KEY"


def test_the_identity_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    assert init(tmp_path) == init(tmp_path)
    assert (tmp_path / IDENTITY_KEY).stat().st_mode & 0o777 == 0o600
