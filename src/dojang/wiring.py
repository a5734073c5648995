"""Settings -> plugs -> desks -> the centre. One line per swap."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx2
import structlog
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from dojang.adapters import guards_http
from dojang.adapters.certificate_status_http import HttpCertificateStatus
from dojang.adapters.clock_system import SystemClock
from dojang.adapters.core_banking_http import HttpCoreBanking
from dojang.adapters.database import head
from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import open_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.departure_record_http import HttpDepartureRecord
from dojang.adapters.key_vault_http import HttpKeyVault
from dojang.adapters.mobile_confirm_http import HttpMobileConfirm
from dojang.adapters.one_time_code_http import HttpOneTimeCode
from dojang.adapters.phone_call_http import HttpPhoneCall
from dojang.adapters.randomness_system import SystemRandomness
from dojang.adapters.registration_authority_http import HttpRegistrationAuthority
from dojang.adapters.security_card_http import HttpSecurityCard
from dojang.adapters.text_message_http import HttpTextMessage
from dojang.authority.profile import ISSUING, Addresses, Issuer
from dojang.disclosure import id_token
from dojang.jobs.schedule import Schedule, jobs_of
from dojang.journeys.first_version import VersionDoor
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.notices import Later, Notices
from dojang.journeys.prove_identity import ProofDesk
from dojang.journeys.visits import VisitsDesk
from dojang.refusals import BankUnavailable, GuardUnavailable, StatusUnavailable, Unavailable, VaultUnavailable
from dojang.serving.app import Ready
from dojang.serving.calls import SignedCalls
from dojang.serving.party import Party
from dojang.settings import CenterSettings, relying_parties
from dojang.web.api import applications, certificate, devices, logins, transactions, versions
from dojang.web.app import Site, application, center_pages
from dojang.web.center import certificates, home, issue, login, sign
from dojang.web.center import devices as device_pages
from dojang.web.center import help as center_help
from dojang.web.center.certificates import CertificatePages
from dojang.web.center.devices import DevicePages
from dojang.web.center.error_pages import ErrorPages
from dojang.web.center.login import LoginPages
from dojang.web.center.sign import SignPages
from dojang.web.forms import Forms
from dojang.web.openid import provider
from dojang.web.sessions import Sessions
from dojang.web.signing_api import signature_requests

log = structlog.get_logger()

CALLER: Final = "center"
# Seconds: the answer is out after the first; while a party is down it is asked again, as long as an SMS code is good.
_PAUSES: Final = (0.1, 2, 4, 8, 16, 32, 64)
_AFTER_THE_ANSWER: Final = 16  # threads


@contextlib.contextmanager
def center(settings: CenterSettings) -> Iterator[FastAPI]:
    """The centre with its jobs running inside; its connections are closed after."""
    with contextlib.ExitStack() as open_things:
        parties, visits = _opened(settings, open_things)
        _run_jobs(visits, open_things)
        yield _application(settings, visits, parties)


@contextlib.contextmanager
def jobs(settings: CenterSettings) -> Iterator[None]:
    """The centre's jobs alone, running inside."""
    with contextlib.ExitStack() as open_things:
        _, visits = _opened(settings, open_things)
        _run_jobs(visits, open_things)
        yield


def _opened(settings: CenterSettings, open_things: contextlib.ExitStack) -> "tuple[_Parties, VisitsDesk]":
    database = open_database(settings.database)
    open_things.callback(database.close)
    head.check(database)
    parties = _Parties(settings, open_things)
    pool = open_things.enter_context(ThreadPoolExecutor(_AFTER_THE_ANSWER, "after-the-answer"))
    later: Later = lambda work: pool.submit(_said_when_it_fails, work)  # noqa: E731 (typed)
    notices = Notices(HttpTextMessage(parties.bank), settings.sender, later)
    return parties, _visits_desk(settings, DatabaseBooks(database, FieldCipher(settings.field_key)), parties, notices)


def _run_jobs(visits: VisitsDesk, open_things: contextlib.ExitStack) -> None:
    schedule = Schedule(jobs_of(visits), visits.clock.now)
    schedule.start()
    open_things.callback(schedule.stop)


class _Parties:
    """The other services, each called with the centre's signature."""

    def __init__(self, settings: CenterSettings, open_things: contextlib.ExitStack) -> None:
        self._settings, self._open_things = settings, open_things
        self.bank = self._party("bank", settings.bank_url, BankUnavailable)
        self.vault = self._party("vault", settings.vault_url, VaultUnavailable)
        self.status = self._party("status", settings.status_url, StatusUnavailable)
        self.guards = {
            guard.guard_id: Party(
                self._client(guard.guard_id, guard.origin),
                GuardUnavailable,
                guards_http.TIMEOUT,
                guard_id=guard.guard_id,
            )
            for guard in settings.anchors.guards
        }

    def _party(self, name: str, url: str, unavailable: type[Unavailable]) -> Party:
        return Party(self._client(name, url), unavailable)

    def _client(self, name: str, url: str) -> httpx2.Client:
        auth = SignedCalls(CALLER, self._settings.call_key, name)
        return self._open_things.enter_context(httpx2.Client(base_url=url, auth=auth, trust_env=False))


def _visits_desk(settings: CenterSettings, books: DatabaseBooks, parties: _Parties, notices: Notices) -> VisitsDesk:
    addresses = Addresses(settings.status_url, settings.practice_url)
    return VisitsDesk(
        books=books,
        clock=SystemClock(),
        chance=SystemRandomness(),
        anchors=settings.anchors,
        ticket_key=settings.ticket_key,
        pin_origin=settings.pin_origin,
        vault=HttpKeyVault(parties.vault),
        guards=guards_http.HttpGuards(parties.guards),
        status=HttpCertificateStatus(parties.status),
        registration=HttpRegistrationAuthority(parties.bank),
        notices=notices,
        issuer=Issuer.of(settings.issuing_certificate, ISSUING, addresses),
        chain=(settings.issuing_certificate.public_bytes(Encoding.DER), settings.anchors.root_certificate),
    )


def _proof_desk(visits: VisitsDesk, bank: Party) -> ProofDesk:
    return ProofDesk(
        books=visits.books,
        clock=visits.clock,
        randomness=visits.chance,
        core_banking=HttpCoreBanking(bank),
        departure_record=HttpDepartureRecord(bank),
        phone_call=HttpPhoneCall(bank),
        security_card=HttpSecurityCard(bank),
        one_time_code=HttpOneTimeCode(bank),
        mobile_confirm=HttpMobileConfirm(bank),
        version_visits=VersionDoor(visits),
    )


def _application(settings: CenterSettings, visits: VisitsDesk, parties: _Parties) -> FastAPI:
    sessions = Sessions(visits.books, visits.clock, visits.chance, settings.origin)
    desk = LoginDesk(
        visits=visits,
        clients=relying_parties(settings.clients),
        text_message=visits.notices.text_message,
        issuer=id_token.Issuer(settings.origin, settings.jws_key),
        sender=visits.notices.sender,
        later=visits.notices.later,
    )
    site = Site(
        settings.origin,
        settings.pin_origin,
        visits.books,
        visits.clock,
        _ready(visits),
        CollectorRegistry(),
    )
    pages = center_pages(settings.origin, settings.pin_origin, desk.clients.values())
    forms = Forms(visits.books, visits.clock, settings.origin)
    proving = _proof_desk(visits, parties.bank)
    mine = CertificatePages(desk, sessions, forms, pages)
    routers = [
        home.router(pages),
        center_help.router(pages),
        issue.router(proving, sessions, pages, desk.clients, settings.pin_origin),
        applications.router(proving, sessions, settings.pin_origin, visits.chain),
        transactions.router(visits),
        versions.router(visits),
        provider.router(desk, sessions, ErrorPages(pages)),
        login.router(LoginPages(desk, sessions, forms, pages)),
        sign.router(SignPages(desk, sessions, forms, pages)),
        logins.router(desk, sessions),
        signature_requests.router(desk, sessions),
        certificate.router(desk, sessions),
        devices.router(visits, sessions),
        certificates.router(mine),
        device_pages.router(DevicePages(visits, sessions, forms, pages, mine)),
    ]
    return application(site, routers, pages)


def _ready(visits: VisitsDesk) -> Ready:
    def ready() -> None:
        visits.books.tries.count("ready", since=visits.clock.now())

    return ready


def _said_when_it_fails(work: Callable[[], object]) -> None:
    """Done once the answer is surely out: how long an answer takes must not say whether anything was to be done.

    It has nobody to tell but the log; a message may carry a secret, so its type alone.
    """
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            work()
        except Unavailable as unavailable:
            log.warning("not_done_yet", code=unavailable.code)
        except Exception as error:  # noqa: BLE001
            log.error("failed_after_the_answer", error=type(error).__name__)
            return
        else:
            return
