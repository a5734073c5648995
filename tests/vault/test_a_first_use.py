"""The thin thread: a credential, a certificate, a signature."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dojang.pin import messages
from dojang.pin.encoding import sha256
from dojang.pin.signatures import verify
from dojang.signing.attributes import signed_attributes
from dojang.vault import use_log
from dojang.vault.activation import activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from tests.vault.world import NAME, Customer, World


def test_a_customer_gets_a_certificate_and_signs_a_login_with_it(world: World) -> None:
    customer = Customer()
    request = world.credential_request(customer)
    attested = make_credential(request, world.desk)
    verify(world.anchors.vault_key, attested.signature, attested.attestation.signed())

    issued = certify(world.certificate_request(customer), world.desk)
    certificate = x509.load_der_x509_certificate(issued.certificate)
    assert sha256(attested.spki) == attested.attestation.spki_sha256
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == NAME

    transaction = world.transaction(customer, issued.certificate)
    use = world.activation_request(customer, transaction)
    activated = activate(use, world.desk)
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    (signature,) = activated.signatures
    public.verify(signature, signed_attributes(transaction, transaction.items[0]), ec.ECDSA(hashes.SHA256()))

    log_id, kid = attested.log_id, customer.kid
    assert use_log.leaves(world.desk.database, 0, 10) == (
        messages.leaf(log_id, 0, "version", kid, sha256(request.body()), b""),
        messages.leaf(log_id, 1, "issuance", kid, sha256(certificate.tbs_certificate_bytes), b""),
        messages.leaf(log_id, 2, "use", kid, transaction.hash(), use.activation.hash(use.signature)),
    )
    assert (activated.leaf_index, activated.leaf) == (2, use_log.leaves(world.desk.database, 2, 1)[0])
