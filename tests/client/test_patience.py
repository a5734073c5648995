"""What may have been taken is asked for again as long as it can be answered. (In a browser the page does so.)"""

from pathlib import Path

import httpx2

from tests.client.test_use import ACTIVATE, Case
from tests.client.world import CENTER, World


def test_a_consent_that_may_have_been_taken_is_sent_until_somebody_answers(tmp_path: Path) -> None:
    case = Case(World(tmp_path))
    down = [httpx2.Response(503, json={"code": "center_unavailable"}) for _ in range(30)]
    center = case.world.center.answer
    case.world.wire.instead[CENTER, ACTIVATE] = lambda request: down.pop() if down else center(request)
    assert case.use().th
    sent = case.world.wire.sent(ACTIVATE)
    assert len(sent) == 31
    assert len(set(sent)) == 1
