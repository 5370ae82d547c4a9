"""Which addresses a language model or an embedder may have: texts of users are sent there."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

_LOOPBACK_NAME: Final = "localhost"


def fault(base_url: str, plain_hosts: Collection[str]) -> str:
    """Return what is wrong with an address, "" for nothing.

    It has to be https; http is fine on this machine, for private addresses, and for *plain_hosts*. Where a
    cloud's machines ask for their own credentials (169.254.0.0/16, fe80::/10) no model is.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in {"http", "https"} or not host:
        return "must be https:// or http:// and a host"
    if "@" in parts.netloc:
        return "must not hold a key; there is a setting for it"
    return _host_fault(parts.scheme, host, plain_hosts)


def _host_fault(scheme: str, host: str, plain_hosts: Collection[str]) -> str:
    address = _address(host)
    if address is not None and (
        address.is_link_local or address.is_multicast or address.is_unspecified
    ):
        return "is no address of a model"
    if scheme == "https" or host in plain_hosts:
        return ""
    private = address is not None and (address.is_loopback or address.is_private)
    if private or host == _LOOPBACK_NAME:
        return ""
    return (
        f"is not encrypted; use https, or add {host} to plain_http_hosts if the way there is safe"
    )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
