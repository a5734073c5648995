"""From settings to a running vault."""

import time
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

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

    Raises `SettingRefused`, `AnchorsMismatch` (V's keys or the root are not those of the anchors),
    `CertificateMismatch`, `VaultUnavailable` (the database).
    """
    master = SoftwareMaster.open(settings.folder, settings.allow_software_master)
    identity = keys.identity_key(settings.folder)
    anchors = _anchors(settings)
    if (anchors.vault_key, anchors.log_key) != (identity.public, keys.log_key(settings.folder).public):
        raise AnchorsMismatch
    certificate = _issuing_certificate(settings)
    _check_root(certificate, anchors)
    addresses = Addresses(settings.status_url, settings.practice_url)
    return VaultDesk(
        master=master,
        identity=identity,
        anchors=anchors,
        issuer=keys.issuer(certificate, master, addresses),
        day_keys=DayKeys(settings.folder, identity, _now),
        database=_database(settings),
        now=_now,
    )


def serve(settings: Settings) -> None:
    """The vault, until it is told to stop."""
    log_as_json(NAME)
    desk = desk_of(settings)
    offer_authority(desk, _issuing_certificate(settings).public_bytes(Encoding.DER))
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


def _issuing_certificate(settings: Settings) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(settings.issuing_certificate.read_bytes())
    except (OSError, ValueError):
        raise SettingRefused(setting=PREFIX + "ISSUING_CERTIFICATE") from None


def _check_root(issuing_certificate: x509.Certificate, anchors: Anchors) -> None:
    """The anchored root signed our issuing certificate: else customers would refuse all that we certify."""
    try:
        root = x509.load_der_x509_certificate(anchors.root_certificate)
        issuing_certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        raise AnchorsMismatch from None


def _database(settings: Settings) -> Database:
    """Each plug is loaded only where it is used."""
    if settings.store.startswith(SQLITE):
        from dojang.vault.database_sqlite import SqliteDatabase

        return SqliteDatabase(Path(settings.store.removeprefix(SQLITE)), SCHEMA)
    from dojang.vault.database_postgres import PostgresDatabase

    return PostgresDatabase(settings.store, SCHEMA)
