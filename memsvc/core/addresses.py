"""Which addresses are safe to take something from that is believed."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe(url: str) -> bool:
    """Return whether nobody on the way can change what comes from *url*: https, or this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach *host*, a name or an address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
