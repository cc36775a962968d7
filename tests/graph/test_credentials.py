# SPDX-License-Identifier: Apache-2.0
"""Which credential is used, and what is refused before any network."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from secure_score_backlog.cli import collect
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.credentials import (
    Application,
    ClientCertificate,
    ClientSecret,
    DeviceCode,
    GitHubIdentity,
    GivenToken,
    choose_credential,
)

IDS = {
    "AZURE_TENANT_ID": "00000000-aaaa-4bbb-8ccc-5eca7e0000aa",
    "AZURE_CLIENT_ID": " 00000000-bbbb-4ccc-8ddd-5eca7e0000bb\n",
}
APPLICATION = Application(IDS["AZURE_TENANT_ID"], IDS["AZURE_CLIENT_ID"].strip())
OIDC = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://actions.example/x?y=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request"}


def test_each_credential_is_found_by_its_variables(tmp_path: Path) -> None:
    """Spaces around a value are removed."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(b"x")
    certificate = {"AZURE_CLIENT_CERTIFICATE_PATH": str(file), "AZURE_CLIENT_CERTIFICATE_PASSWORD": ""}
    assert choose_credential({"GRAPH_TOKEN": " Bearer abc\n"}) == GivenToken("abc")
    assert choose_credential({**IDS, "AZURE_CLIENT_SECRET": "s~\n"}) == ClientSecret(APPLICATION, "s~")
    assert choose_credential({**IDS, **certificate}) == ClientCertificate(APPLICATION, file, None)
    assert choose_credential({**IDS, **OIDC}) == GitHubIdentity(
        APPLICATION, OIDC["ACTIONS_ID_TOKEN_REQUEST_URL"], "request"
    )
    assert choose_credential(IDS, device_code=True) == DeviceCode(APPLICATION)


WAYS = (
    ("a person", "--device-code", DeviceCode),
    ("an existing token", "GRAPH_TOKEN", GivenToken),
    ("a certificate", "AZURE_CLIENT_CERTIFICATE_PATH", ClientCertificate),
    ("a secret", "AZURE_CLIENT_SECRET", ClientSecret),
    ("GitHub's identity (OIDC)", "OIDC", GitHubIdentity),
)
"""Each way with its name in the guide's table and in the help of `collect`, and what the program makes of it."""


def test_guide_and_help_list_the_credentials_in_the_order_of_the_code(tmp_path: Path) -> None:
    """The order in which they are tried: with all of them set, then without the first, and so on."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(b"x")
    values = {"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_CERTIFICATE_PATH": str(file), "GRAPH_TOKEN": "t"}
    tried = []
    for left in range(len(WAYS)):
        names = [name for _, name, _ in WAYS[left:]]
        environment = {**IDS, **OIDC, **{name: value for name, value in values.items() if name in names}}
        tried.append(type(choose_credential(environment, device_code="--device-code" in names)))
    assert tried == [kind for _, _, kind in WAYS]
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "collecting.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d) \| (.*?) \|", guide, re.MULTILINE) == [
        (str(number), words) for number, (words, _, _) in enumerate(WAYS, start=1)
    ]
    help_text = collect.command.get_help(click.Context(collect.command))
    places = [help_text.index(name, help_text.index("Signs in with the first")) for _, name, _ in WAYS]
    assert places == sorted(places)


def test_the_more_deliberate_credential_goes_first(tmp_path: Path) -> None:
    """Every job may have an OIDC token, so a certificate or secret was set on purpose."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(b"x")
    everything = {
        **IDS,
        **OIDC,
        "AZURE_CLIENT_SECRET": "s",
        "AZURE_CLIENT_CERTIFICATE_PATH": str(file),
        "GRAPH_TOKEN": "t",
    }
    assert isinstance(choose_credential(everything, device_code=True), DeviceCode)
    for name, kind in (("GRAPH_TOKEN", GivenToken), ("AZURE_CLIENT_CERTIFICATE_PATH", ClientCertificate)):
        assert isinstance(choose_credential(everything), kind)
        del everything[name]
    assert isinstance(choose_credential(everything), ClientSecret)
    del everything["AZURE_CLIENT_SECRET"]
    assert isinstance(choose_credential(everything), GitHubIdentity)


@pytest.mark.parametrize(
    ("environment", "message", "where"),
    [
        ({}, "no credential for Microsoft Graph", None),
        (IDS, "no credential for Microsoft Graph", None),
        ({"GRAPH_TOKEN": ""}, "token of GRAPH_TOKEN is empty", "GRAPH_TOKEN"),
        ({"GRAPH_TOKEN": "Bearer "}, "token of GRAPH_TOKEN is empty", "GRAPH_TOKEN"),
        ({"GRAPH_TOKEN": "two words"}, "characters that no token has", "GRAPH_TOKEN"),
        ({"GRAPH_TOKEN": "line\nbreak"}, "characters that no token has", "GRAPH_TOKEN"),
        ({"GRAPH_TOKEN": "umlaut-ü"}, "characters that no token has", "GRAPH_TOKEN"),
        ({**IDS, **OIDC, "AZURE_CLIENT_SECRET": ""}, "AZURE_CLIENT_SECRET is set, but empty", "AZURE_CLIENT_SECRET"),
        ({**IDS, "AZURE_CLIENT_CERTIFICATE_PATH": " "}, "PATH is set, but empty", "AZURE_CLIENT_CERTIFICATE_PATH"),
        ({"AZURE_CLIENT_SECRET": "s"}, "AZURE_TENANT_ID and AZURE_CLIENT_ID are not set", "AZURE_TENANT_ID"),
        (
            {**IDS, "AZURE_CLIENT_ID": "", "AZURE_CLIENT_SECRET": "s"},
            "AZURE_CLIENT_ID is not set or empty",
            "AZURE_CLIENT_ID",
        ),
        (
            {**IDS, "AZURE_TENANT_ID": "a/b", "AZURE_CLIENT_SECRET": "s"},
            "AZURE_TENANT_ID is not an id",
            "AZURE_TENANT_ID",
        ),
        (
            {**IDS, "AZURE_CLIENT_CERTIFICATE_PATH": "nowhere.pem"},
            "no certificate file",
            "AZURE_CLIENT_CERTIFICATE_PATH",
        ),
        (
            {**IDS, **OIDC, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""},
            "offers no OIDC token",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        ),
        ({**IDS, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}, "offers no OIDC token", "ACTIONS_ID_TOKEN_REQUEST_URL"),
        ({**OIDC}, "AZURE_TENANT_ID and AZURE_CLIENT_ID", "AZURE_TENANT_ID"),
    ],
)
def test_a_credential_that_cannot_work_is_refused(environment: dict[str, str], message: str, where: str | None) -> None:
    """Nothing is sent anywhere; the error names the variable, never its value."""
    with pytest.raises(CannotProceed) as raised:
        choose_credential(environment)
    assert message in raised.value.message
    assert str(raised.value.where or "").startswith(where or "")
    assert raised.value.hint


def test_device_code_needs_both_ids() -> None:
    """Also a person signs in to an application of a tenant."""
    with pytest.raises(CannotProceed, match="AZURE_TENANT_ID"):
        choose_credential({}, device_code=True)


def test_in_actions_the_missing_permission_is_named() -> None:
    """It is the most likely cause in a workflow; the lines can be copied."""
    with pytest.raises(CannotProceed) as raised:
        choose_credential({**IDS, "GITHUB_ACTIONS": "true"})
    assert "`id-token: write` and `contents: write`" in str(raised.value.hint)


def test_no_credential_shows_its_secret() -> None:
    """Neither does an error that shows one."""
    shown = [
        repr(GivenToken("hush")),
        repr(ClientSecret(APPLICATION, "hush")),
        repr(ClientCertificate(APPLICATION, Path("x"), "hush")),
        repr(GitHubIdentity(APPLICATION, "https://x", "hush")),
    ]
    assert not [text for text in shown if "hush" in text]
