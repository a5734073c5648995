"""From settings to a running vault."""

import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from dojang.authority.profile import Addresses
from dojang.pin.anchors import Anchors
from dojang.refusals import AnchorsMismatch, SettingRefused
from dojang.serving.run import log_as_json, run
from dojang.vault import keys
from dojang.vault.database import Database
from dojang.vault.day_keys import DayKeys
from dojang.vault.desk import VaultDesk
from dojang.vault.housekeeping import offer_authority
from dojang.vault.masters import SoftwareMaster
from dojang.vault.schema import SCHEMA
from dojang.vault.server import NAME, StatusOverHttp, application
from dojang.vault.settings import PREFIX, SQLITE, Settings


def desk_of(settings: Settings) -> VaultDesk:
    """Everything opened and checked against one another.

    Raises `SettingRefused`, `DataFolderRefused`, `AnchorsMismatch` (V's keys or the root are not those of the anchors),
    `CertificateMismatch`, `VaultUnavailable` (the database).
    """
    master = SoftwareMaster.open(settings.folder, settings.allow_software_master)
    identity = keys.identity_key(settings.folder)
    anchors = _anchors(settings)
    if (anchors.vault_key, anchors.log_key) != (identity.public, keys.log_key(settings.folder).public):
        raise AnchorsMismatch
    _check_root(keys.issuing_certificate(settings.folder), anchors)
    addresses = Addresses(settings.status_url, settings.practice_url)
    return VaultDesk(
        master=master,
        identity=identity,
        anchors=anchors,
        issuer=keys.issuer(settings.folder, master, addresses),
        day_keys=DayKeys(settings.folder, identity, _now),
        database=_database(settings),
        now=_now,
    )


def serve(settings: Settings) -> None:
    """The vault, until it is told to stop."""
    log_as_json(NAME)
    desk = desk_of(settings)
    offer_authority(desk, keys.issuing_certificate(settings.folder))
    status = StatusOverHttp(settings.status_url, desk.identity)
    try:
        run(application(desk, settings.center_key, status), settings.host, settings.port)
    finally:
        status.close()


def _now() -> int:
    return int(time.time())


def _anchors(settings: Settings) -> Anchors:
    try:
        return Anchors.parse(settings.anchors.read_bytes())
    except OSError:
        raise SettingRefused(setting=PREFIX + "ANCHORS") from None


def _check_root(issuing_certificate: bytes, anchors: Anchors) -> None:
    """The anchored root signed our issuing certificate: else customers would refuse all that we certify."""
    try:
        root = x509.load_der_x509_certificate(anchors.root_certificate)
        x509.load_der_x509_certificate(issuing_certificate).verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        raise AnchorsMismatch from None


def _database(settings: Settings) -> Database:
    """Each plug is loaded only where it is used."""
    if settings.store == SQLITE:
        from dojang.vault.database_sqlite import SqliteDatabase

        return SqliteDatabase(settings.folder / "vault.db", SCHEMA)
    from dojang.vault.database_postgres import PostgresDatabase

    return PostgresDatabase(settings.store, SCHEMA)
