"""A vault's process that does one thing and is killed at one point: run by test_vault_is_killed.py.

Arguments: the vault's folder, its store, a file with the pickled request, the number of the commit, "before" or
"after" ("0 never" kills nothing). SIGKILL leaves nothing a chance to tidy up.
"""

import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

from dojang.refusals import Refusal
from dojang.vault import database_postgres, database_sqlite, housekeeping
from dojang.vault.activation import ActivationRequest, activate
from dojang.vault.certificates import CertificateRequest, certify
from dojang.vault.credentials import CredentialRequest, make_credential
from dojang.vault.database_postgres import PostgresDatabase
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.desk import VaultDesk
from dojang.vault.revocation import RevocationRequest, revoke
from dojang.vault.schema import SCHEMA
from tests.vault.world import Clock, opened


def kill_at(number: int, when: str) -> None:
    """This process dies around its commit of that number; the first is number 1."""
    seen = 0
    for writer in (database_sqlite._SqliteWriter, database_postgres._PostgresWriter):
        commit = writer.commit

        def counted(self: Any, commit: Any = commit) -> None:
            nonlocal seen
            seen += 1
            if seen == number and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            commit(self)
            if seen == number and when == "after":
                os.kill(os.getpid(), signal.SIGKILL)

        writer.commit = counted  # type: ignore[method-assign]


def outcome(request: ActivationRequest, desk: VaultDesk) -> str:
    """The signatures, or the refusal's code."""
    try:
        return " ".join(signature.hex() for signature in activate(request, desk).signatures)
    except Refusal as refusal:
        return refusal.code


def main() -> None:
    folder, store, request_file, number, when = sys.argv[1:]
    database = SqliteDatabase(Path(store), SCHEMA) if store.startswith("/") else PostgresDatabase(store, SCHEMA)
    desk = opened(Path(folder), database, Clock())
    kill_at(int(number), when)
    match pickle.loads(Path(request_file).read_bytes()):
        case CredentialRequest() as request:
            make_credential(request, desk)
        case CertificateRequest() as request:
            certify(request, desk)
            housekeeping.make_due_lists(desk)
        case RevocationRequest() as request:
            revoke(request, desk)
            housekeeping.make_due_lists(desk)
        case ActivationRequest() as request:
            activate(request, desk)
        case list() as requests:
            Path(f"{request_file}.answers").write_text("\n".join(outcome(request, desk) for request in requests))


if __name__ == "__main__":
    main()
