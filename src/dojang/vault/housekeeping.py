"""What the vault does by the clock: day keys turn, ended uses go, CRLs are made and the status service gets them.

Nobody waits for it: what is due follows from what the books say, so a crash, or a status service that is down, only
delays it.
"""

import threading
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from dojang.authority import crl
from dojang.policy.numbers import NUMBERS
from dojang.refusals import Refusal, StatusUnavailable
from dojang.vault.desk import VaultDesk
from dojang.vault.post_book import Post

EVERY: Final = 5.0  # seconds
_HOUR: Final = 3600

log = structlog.get_logger()


class Status(Protocol):
    """The status service."""

    def put(self, path: str, der: bytes) -> None:
        """It has `der` at `path`. Raises `StatusUnavailable`."""
        ...


def make_due_lists(desk: VaultDesk) -> None:
    """Every CRL names every revocation and has at least half its life left."""
    now, life = desk.now(), NUMBERS.certificate.crl_hours * _HOUR
    for file in desk.issuer.crl_files:
        path = f"/crls/{file}"
        newest, entries = desk.posts.newest(path), desk.posts.revocations(file)
        if newest and newest.entries == entries and newest.next_update - now > life // 2:
            continue
        number = newest.number + 1 if newest else 1
        made = crl.build(
            desk.issuer,
            desk.master.issuing_key(),
            file,
            number=number,
            this_update=now,
            next_update=now + life,
            # RFC 5280 3.3: an entry stays until it was on one CRL after the certificate's end.
            revoked=desk.posts.revoked(file, ending_after=now - 2 * life),
        )
        desk.posts.put(Post(path, number, entries, made.next_update, made.der))


def offer_authority(desk: VaultDesk, certificate: bytes) -> None:
    """The issuing authority's certificate is to be sent, if it is another than before."""
    path = f"/ca/{desk.issuer.file}"
    newest = desk.posts.newest(path)
    if newest is None or newest.der != certificate:
        desk.posts.put(Post(path, newest.number + 1 if newest else 1, 0, desk.issuer.not_after, certificate))


def send(desk: VaultDesk, status: Status) -> None:
    """The status service has all that was made for it. What it does not take is sent again next time, and holds up
    nothing else.
    """
    for post in desk.posts.unsent():
        try:
            status.put(post.path, post.der)
        except StatusUnavailable as refusal:
            log.warning("post_not_taken", path=post.path, status=refusal.facts.get("status", "none"))
        else:
            desk.posts.sent(post)


def forget_uses(desk: VaultDesk) -> None:
    """No T of these is accepted any more (exp + clock skew), so nothing can use their th again."""
    desk.uses.forget(desk.now() - NUMBERS.transaction.forget_after)


class Housekeeper:
    """A thread that does all of it, at once when woken and every few seconds."""

    def __init__(self, desk: VaultDesk, status: Status) -> None:
        self._tasks: tuple[Callable[[], None], ...] = (
            desk.day_keys.turn,
            lambda: forget_uses(desk),
            lambda: make_due_lists(desk),
            lambda: send(desk, status),
        )
        self._woken, self._stopping = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def wake(self) -> None:
        """Something is due."""
        self._woken.set()

    def stop(self) -> None:
        """The round under way is finished."""
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            for task in self._tasks:
                self._do(task)
            self._woken.wait(EVERY)
            self._woken.clear()

    def _do(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Refusal as refusal:
            log.error("housekeeping_failed", code=refusal.code)
        except Exception as error:  # noqa: BLE001  # the thread goes on; the next round tries again
            log.error("housekeeping_failed", error=type(error).__name__)
