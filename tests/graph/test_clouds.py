# SPDX-License-Identifier: Apache-2.0
"""Addresses: each cloud's own, and which others a token may go to."""

from __future__ import annotations

import pytest

from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.graph.clouds import CLOUDS
from secure_score_backlog.http_client import check_address, is_loopback, origin


def test_each_cloud_has_addresses_of_its_own() -> None:
    """Tokens of one cloud are worth nothing in another: the scope is always the cloud's own Graph."""
    assert list(CLOUDS) == ["global", "usgov", "dod"]
    for cloud in CLOUDS.values():
        assert cloud.graph == f"{cloud.scope}/v1.0"
        assert check_address(cloud.graph, "x") == cloud.graph
        assert cloud.authority.endswith(".us") == (cloud.name != "global")
        assert cloud.audience.endswith("USGov") == (cloud.name != "global")


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://graph.microsoft.com/v1.0/", "https://graph.microsoft.com/v1.0"),
        (" http://127.0.0.1:8080/v1.0 ", "http://127.0.0.1:8080/v1.0"),
        ("http://[::1]:1/v1.0", "http://[::1]:1/v1.0"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_addresses_that_may_be_used(address: str, clean: str) -> None:
    """Https anywhere, http on this machine; a slash at the end is taken off."""
    assert check_address(address, "--graph-url") == clean


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://graph.example/v1.0", "unencrypted"),
        ("http://127.0.0.1.example/", "unencrypted"),
        ("http://localhost.example/", "unencrypted"),
        ("graph.microsoft.com/v1.0", "not an address"),
        ("ftp://127.0.0.1/", "not an address"),
        ("https://", "not an address"),
        ("https://[::1", "not an address"),
        ("https://host:99999/", "not an address"),
        ("https://somebody:secret@host/", "must not contain a user name"),
        ("https://host/v1.0?x=1", "must not contain a user name, query"),
        ("", "not an address"),
    ],
)
def test_addresses_that_may_not(address: str, why: str) -> None:
    """Each is a usage error that names its option."""
    with pytest.raises(WrongUsage) as raised:
        check_address(address, "--graph-url")
    assert why in raised.value.message
    assert raised.value.where == "--graph-url"
    assert raised.value.exit_code == 2


def test_origin_fills_in_the_port() -> None:
    """Two spellings of one place are one place."""
    assert origin("https://Graph.microsoft.com/a") == origin("https://graph.microsoft.com:443/b")
    assert origin("http://127.0.0.1/") != origin("https://127.0.0.1/")
    assert not is_loopback(None)
