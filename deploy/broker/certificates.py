"""A secure cluster's certificates: an authority of its own, and one for each node, which is server and client at once.

Clients need `ca.pem` alone. Whoever has a node's key, or the authority's, can pass for a node and do everything.
"""

import datetime as dt
import ipaddress
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.broker.layout import HOST
from deploy.broker.secrets import read_secret, replace_secret

NODE_NAME: Final = "registry-broker"
"""What nodes are called in their certificates: `User:CN=registry-broker` to the broker."""
AUTHORITY_DAYS: Final = 3650
NODE_DAYS: Final = 397
RENEW_DAYS: Final = 90
"""A node's certificate is made anew at a start when it holds for less than this."""
_BEFORE: Final = dt.timedelta(hours=1)
_PEM: Final = serialization.Encoding.PEM


def make_authority(key_file: Path, certificate_file: Path, now: dt.datetime) -> None:
    """The authority, unless it is there."""
    if key_file.exists() and certificate_file.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("household registry broker CA")
    certificate = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    replace_secret(key_file, _text(key))
    certificate_file.write_text(certificate.public_bytes(_PEM).decode(), "ascii")


def make_node_certificate(keystore: Path, key_file: Path, certificate_file: Path, now: dt.datetime) -> None:
    """A node's key and certificates in one file, as Kafka reads it, unless it is there and holds for a while."""
    if keystore.exists() and _holds_until(keystore) > now + dt.timedelta(days=RENEW_DAYS):
        return
    authority = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    signing = serialization.load_pem_private_key(read_secret(key_file).encode(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(NODE_NAME), authority.subject, key, now, NODE_DAYS)
        .add_extension(x509.SubjectAlternativeName(_addresses()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    chain = certificate.public_bytes(_PEM) + authority.public_bytes(_PEM)
    replace_secret(keystore, _text(key) + chain.decode())


def _holds_until(keystore: Path) -> dt.datetime:
    return x509.load_pem_x509_certificates(read_secret(keystore).encode())[0].not_valid_after_utc


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _addresses() -> list[x509.GeneralName]:
    return [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
