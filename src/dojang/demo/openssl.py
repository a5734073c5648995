"""Second opinions by the `openssl` program: chain, revocation list, responder, signature."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from dojang.client.transport import http_client
from dojang.demo.story import Check

_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Papers:
    """Files in PEM: the holder's certificate, the authority that issued it, the root."""

    certificate: Path
    issuing: Path
    root: Path

    @property
    def x509(self) -> x509.Certificate:
        """The holder's certificate."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes())


def chain(papers: Papers) -> Check:
    """`openssl verify`: every link up to the root, in strict RFC 5280 mode."""
    return _check("chain to the root", [*_verify(papers), str(papers.certificate)], "OK")


def on_revocation_list(papers: Papers, *, revoked: bool) -> Check:
    """`openssl verify -crl_check` against the list that the certificate itself names."""
    point = papers.x509.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    address = (point.full_name or [])[0].value
    with tempfile.TemporaryDirectory() as folder, http_client() as http:
        found = http.get(address)
        crl = x509.load_der_x509_crl(found.content)
        path = Path(folder) / "crl.pem"
        from cryptography.hazmat.primitives.serialization import Encoding

        path.write_bytes(crl.public_bytes(Encoding.PEM))
        words = [*_verify(papers), "-crl_check", "-CRLfile", str(path), str(papers.certificate)]
        name = f"revocation list says {'revoked' if revoked else 'nothing against it'}"
        return _check(name, words, "certificate revoked" if revoked else "OK", fails=revoked)


def at_responder(papers: Papers, *, expected: str) -> Check:
    """`openssl ocsp`, asking the responder that the certificate names; `expected` is good or revoked."""
    access = papers.x509.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    address = next(a.access_location.value for a in access if a.access_method == AuthorityInformationAccessOID.OCSP)
    words = ["ocsp", "-issuer", str(papers.issuing), "-sha256", "-cert", str(papers.certificate), "-url", address]
    words += ["-CAfile", str(papers.root)]
    return _check(f"responder says {expected}", words, f"{papers.certificate}: {expected}", also="Response verify OK")


def signature(papers: Papers, cms: Path, content_out: Path) -> Check:
    """`openssl cms -verify -cades`: the signature, its signing-certificate-v2 and its chain; writes what was signed."""
    words = ["cms", "-verify", "-cades", "-inform", "DER", "-in", str(cms), "-binary", "-out", str(content_out)]
    words += ["-CAfile", str(papers.root), "-certfile", str(papers.issuing), "-purpose", "any"]
    return _check("signature (CMS) over the transfer", words, "Verification successful")


def _verify(papers: Papers) -> list[str]:
    return ["verify", "-x509_strict", "-CAfile", str(papers.root), "-untrusted", str(papers.issuing)]


def _check(name: str, words: Sequence[str], expected: str, *, also: str = "", fails: bool = False) -> Check:
    try:
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(name, passed=False, said=type(error).__name__)
    said = done.stdout + done.stderr
    passed = expected in said and also in said and (done.returncode != 0) == fails
    line = next((line for line in said.splitlines() if expected in line), said.strip().splitlines()[-1:] or [""])
    text = line if isinstance(line, str) else line[0]
    return Check(name, passed, f"openssl {words[0]}: {Path(text.split(':')[0]).name + text[len(text.split(':')[0]) :]}")
