"""What a guard decides of the browsers that a customer connected: which attempt comes from one of them, and which are
added and forgotten. A ticket of the centre's forgets one; nobody but the customer adds one."""

from dataclasses import dataclass
from typing import Literal

from dojang.guard.decision import Decision, payload_of
from dojang.guard.facts import Changes, Device, Facts
from dojang.pin import devices
from dojang.pin.messages import Activation
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import DeviceRefused, Forged

DeviceState = Literal["known", "unknown", "full"]


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """The device that an attempt says it comes from, and its signature over `signed`."""

    device_id: bytes
    signature: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class Addition:
    """A device's key (SubjectPublicKeyInfo) beside an activation, with AK's signature over both."""

    spki: bytes
    signature: bytes

    def device_of(self, uid: bytes) -> Device:
        """As it would be held."""
        return device_of(uid, self.spki)


def device_of(uid: bytes, spki: bytes) -> Device:
    """A customer's device, by its key."""
    return Device(uid, devices.device_id(spki), spki)


def is_known(facts: Facts, uid: bytes, proof: DeviceProof | None) -> bool:
    """Whether a device of this customer that is held here made `proof`.

    Raises `DeviceRefused` if it names a held device that did not make it: one proof is good at one guard, for one
    ticket and one element. A device that is not held is nobody known.
    """
    if proof is None or (device := facts.devices.get((uid, proof.device_id))) is None:
        return False
    try:
        devices.verify(device.spki, proof.signature, proof.signed)
    except Forged:
        raise DeviceRefused from None
    return True


def check_addition(activation: Activation, addition: Addition, authorization_key: bytes) -> None:
    """Raises `DeviceRefused` unless AK added this key beside this transaction."""
    added = devices.DeviceAddition(activation.uid, activation.th, addition.spki)
    try:
        verify(authorization_key, addition.signature, added.signed())
    except Forged:
        raise DeviceRefused from None


def added(facts: Facts, offered: Device | None) -> Device | None:
    """The device that is to be held from now on: none that is held already, and none beyond the tenth."""
    return offered if offered is not None and state_of(facts, offered) == "unknown" else None


def state_of(facts: Facts, offered: Device | None) -> DeviceState | None:
    """Whether the device is held; "full" if it is not, and there is no room for it."""
    if offered is None:
        return None
    if (offered.uid, offered.device_id) in facts.devices:
        return "known"
    held = sum(uid == offered.uid for uid, _device_id in facts.devices)
    return "full" if held >= NUMBERS.device.per_customer else "unknown"


def remove(facts: Facts, uid: bytes, device_id: bytes, now: int) -> Decision[DeviceState]:
    """Forget one device, if it is held. That one was registered stays known."""
    held = facts.devices.get((uid, device_id))
    if held is None:
        return Decision("unknown")
    payload = payload_of(uid=uid, device=device_id, time=now)
    return Decision("unknown", Changes("device_removal", payload, removed=held))
