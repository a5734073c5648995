"""A customer without a browser: she enrols and signs exactly as the PIN page does."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from dojang.client.holder.center import Center
from dojang.client.holder.devices import Devices
from dojang.client.holder.enrol import ChoosePin, Enrolled, Enrolment
from dojang.client.holder.guards import Guards
from dojang.client.holder.memory import Memory
from dojang.client.holder.use import PinPad, Shown, Use, Used
from dojang.client.transport import http_client
from dojang.pin.anchors import Anchors

__all__ = ["ChoosePin", "Enrolled", "Holder", "PinPad", "Shown", "Used"]


class Holder:
    """One customer's side. `memory` is a folder of her own; `anchors` are whom she trusts.

    The device key is in that folder too, unless `devices` keeps it elsewhere.
    """

    def __init__(
        self,
        anchors: Anchors,
        memory: Path,
        http: httpx2.Client | None = None,
        now: Callable[[], int] = lambda: int(time.time()),
        sleep: Callable[[float], None] = time.sleep,
        devices: Devices | None = None,
    ) -> None:
        http = http or http_client()
        self._anchors, self._now, self._memory = anchors, now, Memory(memory)
        self._devices = devices or Devices(memory)
        self._center, self._guards = Center(http, anchors.center_origin, sleep), Guards(http)
        self._pool = ThreadPoolExecutor(4 * len(anchors.guards), "holder")

    def enrol(self, code: str, choose_pin: ChoosePin) -> Enrolled:
        """A first version, and a certificate. `choose_pin` gets the strings to avoid. See `Enrolment.run`."""
        enrolment = Enrolment(
            self._anchors, self._center, self._guards, self._memory, self._devices, self._pool, self._now
        )
        return enrolment.run(code, choose_pin)

    def use(self, code: str, pin_pad: PinPad, use_other: Callable[[Shown], bool] = lambda _shown: False) -> Used:
        """A login or a transfer, signed. See `Use.run`.

        `use_other` is the customer's click on "use this other certificate", asked where this holder knows others.
        """
        use = Use(self._anchors, self._center, self._guards, self._memory, self._devices, self._pool, self._now)
        return use.run(code, pin_pad, use_other)

    def close(self) -> None:
        """Waits for the guards that are still to hear of a confirm."""
        self._pool.shutdown(wait=True)
