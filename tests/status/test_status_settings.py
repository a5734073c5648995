from pathlib import Path

import pytest

from dojang.certificate_status.server import application
from dojang.certificate_status.settings import StatusSettings
from dojang.refusals import CertificateMismatch, CrlRefused, SettingMissing, SettingRefused
from tests.rules.authority.hierarchy import NOW, new_hierarchy, shared
from tests.status.status_service import environment, root_crl

NAMES = [
    "DATA",
    "ADDRESS",
    "ROOT_CERTIFICATE",
    "ISSUING_CERTIFICATE",
    "ROOT_CRL",
    "RESPONDER_CERTIFICATE",
    "RESPONDER_KEY",
    "CENTER_KEY",
    "VAULT_KEY",
    "HOST",
    "PORT",
]


@pytest.fixture
def chosen(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, shared())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_has_a_default(chosen: dict[str, str], name: str) -> None:
    del chosen[f"DOJANG_STATUS_{name}"]
    with pytest.raises(SettingMissing) as missing:
        StatusSettings.from_environment(chosen)
    assert missing.value.facts == {"setting": f"DOJANG_STATUS_{name}"}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "HOST"])
def test_a_setting_that_cannot_be_meant_is_named(chosen: dict[str, str], name: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        StatusSettings.from_environment({**chosen, f"DOJANG_STATUS_{name}": "nonsense/"})
    assert refused.value.facts == {"setting": f"DOJANG_STATUS_{name}"}


def test_a_key_that_others_can_read_is_refused(chosen: dict[str, str]) -> None:
    Path(chosen["DOJANG_STATUS_RESPONDER_KEY"]).chmod(0o640)
    with pytest.raises(SettingRefused):
        StatusSettings.from_environment(chosen)


def test_a_file_gives_the_same_and_the_environment_goes_before_it(chosen: dict[str, str], tmp_path: Path) -> None:
    lines = [f'{name.removeprefix("DOJANG_STATUS_").lower()} = "{value}"' for name, value in chosen.items()]
    (tmp_path / "status.toml").write_text("\n".join(lines))
    of_file = {"DOJANG_STATUS_SETTINGS": str(tmp_path / "status.toml")}
    assert StatusSettings.from_environment(of_file).port == 8030
    assert StatusSettings.from_environment({**of_file, "DOJANG_STATUS_PORT": "9"}).port == 9


@pytest.mark.parametrize("text", [None, "data = ", "\udc80"], ids=["missing", "broken", "no UTF-8"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "status.toml"
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingRefused) as refused:
        StatusSettings.from_environment({"DOJANG_STATUS_SETTINGS": str(path)})
    assert refused.value.facts == {"setting": "DOJANG_STATUS_SETTINGS"}


def test_a_key_is_in_no_repr(chosen: dict[str, str]) -> None:
    settings = StatusSettings.from_environment(chosen)
    assert repr(settings) == f"StatusSettings(data={chosen['DOJANG_STATUS_DATA']!r}, address='http://127.0.0.1:8030')"


def test_what_does_not_belong_together_does_not_start(chosen: dict[str, str], tmp_path: Path) -> None:
    other = new_hierarchy()
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    others = environment(elsewhere, other)

    def start(*names: str) -> None:
        mixed = {**chosen, **{f"DOJANG_STATUS_{name}": others[f"DOJANG_STATUS_{name}"] for name in names}}
        application(StatusSettings.from_environment(mixed), lambda: NOW + 1)

    with pytest.raises(CertificateMismatch):
        start("RESPONDER_CERTIFICATE", "RESPONDER_KEY")
    with pytest.raises(CertificateMismatch):
        start("RESPONDER_KEY")
    with pytest.raises(CrlRefused):
        start("ROOT_CRL")


def test_an_issuing_authority_below_another_root_does_not_start(chosen: dict[str, str], tmp_path: Path) -> None:
    from dojang.refusals import AuthorityCertificateRefused

    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    others = environment(elsewhere, new_hierarchy())
    mixed = {**others, "DOJANG_STATUS_ROOT_CERTIFICATE": chosen["DOJANG_STATUS_ROOT_CERTIFICATE"]}
    mixed["DOJANG_STATUS_ROOT_CRL"] = chosen["DOJANG_STATUS_ROOT_CRL"]
    settings = StatusSettings.from_environment(mixed)
    with pytest.raises(AuthorityCertificateRefused):
        application(settings, lambda: NOW + 1)


def test_a_root_crl_that_has_ended_does_not_start(chosen: dict[str, str]) -> None:
    Path(chosen["DOJANG_STATUS_ROOT_CRL"]).write_bytes(root_crl(shared(), until=10))
    settings = StatusSettings.from_environment(chosen)
    with pytest.raises(CrlRefused) as refused:
        application(settings, lambda: NOW + 10)
    assert refused.value.facts == {"check": "times"}
