"""TLS: certificates that are renewed without a restart, of the server and of those who call it."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import grpc

from memsvc.telemetry import log


class CertificatesUnusable(OSError):
    """The certificate, its key, or those of the clients cannot be used."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where certificates are, all of them PEM."""

    #: The server's own, with those that lead to a known one.
    certificate: Path
    key: Path
    #: Whoever calls needs a certificate that comes from one of these; None to ask for none.
    client_ca: Path | None = None


class Certificates:
    """The files as they were when they last fitted each other."""

    def __init__(self, files: TlsFiles) -> None:
        """Load *files*; raise CertificatesUnusable."""
        self._files = files
        self._lock = threading.Lock()
        self._seen = self._state()
        self._configuration = self._loaded()

    def credentials(self) -> grpc.ServerCredentials:
        """Return what a port is opened with: each new connection sees the files as they are then."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration,
            self._renewed,  # type: ignore[arg-type]  # None is allowed, says gRPC's documentation
            self._files.client_ca is not None,
        )

    def _renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the files' content if it has changed, None to go on as before.

        Called by gRPC in a thread of its own, at each handshake.
        """
        with self._lock:
            try:
                state = self._state()
                if state == self._seen:
                    return None
                self._configuration = self._loaded()
            except (OSError, ValueError) as error:
                # Half of a pair is written, or what was written is no good: the old one goes on.
                log.warning("certificates_unusable", error=type(error).__name__)
                return None
            self._seen = state
            log.info("certificates_renewed")
            return self._configuration

    def _state(self) -> list[tuple[int, int]]:
        files = (self._files.certificate, self._files.key, self._files.client_ca)
        try:
            found = [file.stat() for file in files if file is not None]
        except OSError as error:
            raise CertificatesUnusable(str(error)) from error
        return [(one.st_mtime_ns, one.st_ino) for one in found]

    def _loaded(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        try:
            _require_pair(files)
            pair = (files.key.read_bytes(), files.certificate.read_bytes())
            roots = files.client_ca.read_bytes() if files.client_ca else None
        except OSError as error:
            message = f"{files.certificate}, {files.key} or {files.client_ca}: {error}"
            raise CertificatesUnusable(message) from error
        return grpc.ssl_server_certificate_configuration([pair], roots)


def _require_pair(files: TlsFiles) -> None:
    """Raise OSError unless certificate and key belong together: the next handshake is too late for that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    if files.client_ca is not None:
        context.load_verify_locations(files.client_ca)
