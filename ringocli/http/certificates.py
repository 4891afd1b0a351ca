"""The certificates that TLS connections trust."""

from __future__ import annotations

import ssl

from ringocli.errors import LocalError
from ringocli.text.files import reason


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """A context that trusts the certificates of httpx, of the system, and of ``ca_file``; raises like
    ``add_ca_file``.
    """
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()
    if ca_file is not None:
        add_ca_file(context, ca_file)
    return context


def check_ca_file(ca_file: str) -> None:
    """Read a PEM file whose certificates will be trusted; raises like ``add_ca_file``."""
    add_ca_file(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ca_file)


def add_ca_file(context: ssl.SSLContext, ca_file: str) -> None:
    """Trust the certificates in a PEM file.

    Raises:
        LocalError: the file cannot be read, or contains no certificate.
    """
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise LocalError(
            f"{ca_file}: contains no certificate", "--ca-file needs PEM: -----BEGIN CERTIFICATE-----"
        ) from None
    except OSError as error:
        raise LocalError(f"{ca_file}: {reason(error)}", "Check the path given to --ca-file.") from None
