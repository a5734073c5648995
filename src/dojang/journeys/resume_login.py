"""A login that a customer goes on with, or gives up: another text message, the PIN page once more, the way back."""

from dataclasses import replace

from dojang.disclosure.addresses import with_answer
from dojang.journeys import log_in
from dojang.journeys.log_in import Asked, LoginDesk
from dojang.journeys.sign_transaction import OpenedTransaction, new_code
from dojang.policy.wording import LANGUAGES
from dojang.refusals import WrongStep
from dojang.values.login import Interaction
from dojang.values.relying_party import CENTER


def send_again(desk: LoginDesk, interaction_id: str, session: str, address: str, language: str = LANGUAGES[0]) -> Asked:
    """Another code for whoever the customer said to be. Raises `WrongStep` before that, and as `log_in.identify`."""
    interaction = log_in.look(desk, interaction_id, session)
    if interaction.sent is None:
        raise WrongStep(expected="identify")
    person, connect = interaction.sent.person, interaction.connect
    return log_in.identify(desk, interaction_id, session, person, address, language, connect=connect)


def is_first_here(desk: LoginDesk, interaction: Interaction) -> bool:
    """Whether the customer, whom the centre knows now, has never logged in at this relying party. We are none."""
    if not interaction.txn or interaction.client_id == CENTER:
        return False
    kid = desk.visits.books.transactions.get(interaction.txn).kid
    customer = desk.visits.books.certificates.get(kid).customer_number
    return desk.visits.books.subjects.find(interaction.client_id, customer) is None


def is_checking(desk: LoginDesk, interaction: Interaction) -> bool:
    """Whether the PIN was right and the vault has been asked, but nobody knows yet that it signed."""
    return bool(interaction.txn) and bool(desk.visits.books.transactions.get(interaction.txn).claimed)


def may_identify(interaction: Interaction) -> bool:
    """Whether the customer may still say that they are somebody else: no code of a text message was right."""
    return not interaction.txn or interaction.sent is None


def to_pin(desk: LoginDesk, interaction_id: str, session: str) -> OpenedTransaction:
    """On to the PIN page once more, with a new code. Without a text message it opens in a connected browser's device
    alone.

    Raises `InteractionNotFound`, `InteractionExpired`, `WrongStep` before the SMS code was right, `ActivationReplayed`
    once the PIN was right: then it only remains to look.
    """
    interaction = log_in.look(desk, interaction_id, session)
    if not interaction.txn:
        raise WrongStep(expected="sms_code")
    return new_code(desk.visits, interaction.txn, connected=interaction.sent is not None)


def give_up(desk: LoginDesk, interaction_id: str, session: str) -> str:
    """The login is over; the way back says that the customer did not want it (RFC 6749 4.1.2.1).

    One that is signed already goes back as that. Raises `InteractionNotFound`, `InteractionExpired`.
    """
    interaction = log_in.look(desk, interaction_id, session)
    if interaction.redirect_to:
        return interaction.redirect_to
    books = desk.visits.books
    with books.transaction():
        books.interactions.put(replace(interaction, expires_at=desk.visits.clock.now()))
    if interaction.client_id == CENTER:
        return "/"
    answer = {"error": "access_denied", "state": interaction.state, "iss": desk.issuer.name}
    return with_answer(interaction.redirect_uri, answer)
