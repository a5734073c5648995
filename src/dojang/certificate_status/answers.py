"""Signed OCSP answers. Without a nonce they are kept for a while, so that caches see the same bytes (RFC 5019 6)."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from dojang.authority import ocsp
from dojang.authority.ocsp import Question, Standing
from dojang.certificate_status.desk import StatusDesk
from dojang.policy.numbers import NUMBERS
from dojang.refusals import OcspRequestMalformed

LIFETIME: Final = NUMBERS.certificate.ocsp_hours * 3600
KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """An OCSP response. Times are 0 for one that no cache may keep."""

    der: bytes
    this_update: int = 0
    next_update: int = 0


class Answers:
    """Answers of one desk. At most `KEPT` are remembered, each until its certificate's standing changes or half its
    life is over."""

    def __init__(self, desk: StatusDesk) -> None:
        self._desk = desk
        self._kept: OrderedDict[Question, tuple[Standing, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def to(self, request: bytes) -> Answer:
        """A response to every request: what can't be read gets malformedRequest, another authority's unauthorized."""
        try:
            question = ocsp.read(request)
        except OcspRequestMalformed:
            return Answer(ocsp.MALFORMED)
        if not self._desk.responder.answers_for(question):
            return Answer(ocsp.UNAUTHORIZED)
        standing = self._desk.standing(question.serial)
        now = self._desk.now()
        if standing is None or question.nonce is not None:
            # "Unknown" may be known a moment later, and a nonce is for one asker alone.
            return replace(self._signed(question, standing, now), this_update=0, next_update=0)
        return self._remembered(question, standing, now)

    def _signed(self, question: Question, standing: Standing | None, now: int) -> Answer:
        der = self._desk.responder.respond(question, standing, now, now + LIFETIME)
        return Answer(der, now, now + LIFETIME)

    def _remembered(self, question: Question, standing: Standing, now: int) -> Answer:
        with self._lock:
            kept = self._kept.get(question)
            if kept and kept[0] == standing and kept[1].this_update <= now < kept[1].this_update + LIFETIME // 2:
                return kept[1]
        answer = self._signed(question, standing, now)
        with self._lock:
            self._kept[question] = (standing, answer)
            self._kept.move_to_end(question)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer
