# SPDX-License-Identifier: Apache-2.0
"""The commands that register the app: what they run, with real Bash, and that no name on GitHub can run anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from secure_score_backlog.doctor.entra_script import (
    GRAPH,
    ROLE,
    Registration,
    for_bash,
    for_powershell,
    powershell_quoted,
    registration,
)
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.clouds import CLOUDS
from tests.support.github_upkeep import NO_SUBJECT
from tests.support.running import RunBacklog
from tests.support.simulated_github import SimulatedGitHub

SUBJECT = "repo:harbour@1001/backlog@2002:environment:secure-score"
HOSTILE = (
    "x'; touch stolen; '",
    "$(touch stolen)",
    "`touch stolen`",
    '"; touch stolen; "',
    "x\\'; touch stolen #",
    "!touch stolen",
    "\u2019; Remove-Item x; \u2018",
    "&& touch stolen || %PATH% ${IFS} @( ) | > <",
    '{"issuer": "https://evil.example"}',
    "-rf --help",
)
STUB = """\
#!/bin/sh
printf '%s\\0' "$@" >> "$CALLS"
printf '\\n\\0' >> "$CALLS"
case "$1 $2 $3$THERE" in
  "ad app create"*) echo the-app-id;;
  "ad app listyes") echo the-app-id;;
  "ad sp listyes") echo the-principal;;
  "ad app federated-credentialyes") [ "$4" != list ] || echo the-credential;;
  "account show "*) echo the-tenant-id;;
esac
"""


def run_in_bash(folder: Path, script: str, *, there: bool = False) -> tuple[list[list[str]], str]:
    """The calls of `az` that are no question, and what the script prints; `az` is a stub that only records.

    With `there`, an earlier run has made the app, its principal and the credential.
    """
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    (folder / "bin").mkdir()
    stub = folder / "bin" / "az"
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)
    file = folder / "script.sh"
    file.write_text(script, encoding="utf-8")
    assert subprocess.run([bash, "-n", str(file)], check=False, capture_output=True).stderr == b""
    environment = {"PATH": f"{folder / 'bin'}:{os.defpath}", "CALLS": str(folder / "calls"), "LC_ALL": "C.UTF-8"}
    environment["THERE"] = "yes" if there else ""
    before = {path.name for path in folder.iterdir()} | {"calls"}
    done = subprocess.run(
        [bash, str(file)], cwd=folder, env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stderr == ""
    assert {path.name for path in folder.iterdir()} == before, "the script made something else"
    calls = (folder / "calls").read_text(encoding="utf-8").split("\n\0")
    found = [call.removesuffix("\0").split("\0") for call in calls if call]
    return [call for call in found if "list" not in call[2:4]], done.stdout


def option(call: list[str], name: str) -> str:
    """The value of an option of a call."""
    return call[call.index(name) + 1]


def test_bash_registers_one_permission_and_one_credential(tmp_path: Path) -> None:
    """App, the permission, its principal, the credential, the consent, in this order, and nothing else."""
    calls, printed = run_in_bash(tmp_path, for_bash(Registration("Our backlog", SUBJECT, CLOUDS["global"])))
    assert [" ".join(call[:4]).split(" --")[0] for call in calls] == [
        "ad app create", "ad app update", "ad sp create", "ad app federated-credential create",
        "ad app permission admin-consent", "account show",
    ]  # fmt: skip
    assert option(calls[0], "--display-name") == "Our backlog"
    assert option(calls[0], "--sign-in-audience") == "AzureADMyOrg"
    assert json.loads(option(calls[1], "--required-resource-accesses")) == [
        {"resourceAppId": GRAPH, "resourceAccess": [{"id": ROLE, "type": "Role"}]}
    ]
    assert json.loads(option(calls[3], "--parameters")) == {
        "name": "github",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": SUBJECT,
        "audiences": ["api://AzureADTokenExchange"],
    }
    assert {option(call, "--id") for call in calls[1:5]} == {"the-app-id"}
    assert printed == "AZURE_CLIENT_ID: the-app-id\nAZURE_TENANT_ID: the-tenant-id\n"


def test_bash_run_again_makes_no_second_app(tmp_path: Path) -> None:
    """After half a failure: the app of this name is taken, and its credential is made anew with the right subject."""
    script = for_bash(Registration("Our backlog", SUBJECT, CLOUDS["global"]))
    calls, printed = run_in_bash(tmp_path, script, there=True)
    assert [" ".join(call[:4]).split(" --")[0] for call in calls] == [
        "ad app update", "ad app federated-credential delete", "ad app federated-credential create",
        "ad app permission admin-consent", "account show",
    ]  # fmt: skip
    assert {option(call, "--id") for call in calls[:4]} == {"the-app-id"}
    assert "AZURE_CLIENT_ID: the-app-id" in printed


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_runs_anything_in_bash(tmp_path: Path, name: str) -> None:
    """Real Bash hands it to `az` as it is, and makes no other file."""
    subject = f"repo:a/b:ref:refs/heads/{name}"
    calls, _ = run_in_bash(tmp_path, for_bash(Registration(name, subject, CLOUDS["global"])))
    assert len(calls) == 6
    assert option(calls[0], "--display-name") == name
    assert json.loads(option(calls[3], "--parameters"))["subject"] == subject


POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"
"""PowerShell takes each of these for a single quote (about_Quoting_Rules, and the source: CharTraits.IsSingleQuote)."""


def read_as_powershell(text: str) -> tuple[str, str]:
    """What PowerShell reads of a text that begins with a quoted string: the string, and what stands behind it."""
    assert text[0] in POWERSHELL_QUOTES
    value, place = "", 1
    while place < len(text):
        if text[place] in POWERSHELL_QUOTES:
            if place + 1 < len(text) and text[place + 1] in POWERSHELL_QUOTES:
                value += text[place]
                place += 2
                continue
            return value, text[place + 1 :]
        value += text[place]
        place += 1
    raise AssertionError("the string does not end")


@pytest.mark.parametrize("name", [*HOSTILE, *POWERSHELL_QUOTES, "''", "\u2019'", "a\u201ab\u201bc'd"])
def test_no_name_ends_its_string_in_powershell(name: str) -> None:
    """By PowerShell's rule for strings in single quotes: nothing is expanded in them, and each kind ends them."""
    assert read_as_powershell(powershell_quoted(name)) == (name, "")
    script = for_powershell(Registration(name, f"repo:a/b:ref:refs/heads/{name}", CLOUDS["global"]))
    for place, wanted in (("-DisplayName ", name), ("-Subject ", f"repo:a/b:ref:refs/heads/{name}")):
        value, rest = read_as_powershell(script.partition(place)[2])
        assert (value, rest[0]) == (wanted, " ")
    value, rest = read_as_powershell(script.partition("Get-MgApplication -Filter ")[2])
    assert (value, rest[:2]) == ("displayName eq '" + name.replace("'", "''") + "'", " |")


def test_powershell_registers_the_same() -> None:
    """The commands of Microsoft Graph PowerShell, and no other that changes anything."""
    script = for_powershell(Registration("Our backlog", SUBJECT, CLOUDS["global"]))
    assert re.findall(r"\b(?:New|Update|Set|Add|Remove)-\w+", script) == [
        "New-MgApplication", "Update-MgApplication", "New-MgServicePrincipal",
        "Remove-MgApplicationFederatedIdentityCredential", "New-MgApplicationFederatedIdentityCredential",
        "New-MgServicePrincipalAppRoleAssignment",
    ]  # fmt: skip
    assert script.count(ROLE) == 3
    assert f"-Subject '{SUBJECT}'" in script
    for line in script.splitlines():
        assert line.count("'") % 2 == 0
        assert not line.endswith("` ")


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=lambda cloud: cloud.name)
def test_each_cloud_has_its_own_audience(cloud: object) -> None:
    """And its own names in both tools."""
    wanted = Registration("x", SUBJECT, cloud)  # type: ignore[arg-type]
    for script in (for_bash(wanted), for_powershell(wanted)):
        assert wanted.cloud.audience in script
        assert ("USGov" in script or "AzureUSGovernment" in script) == (wanted.cloud.name != "global")


def test_a_name_that_cannot_be_shown_is_refused() -> None:
    """A line break or a mark of direction would show another name than the one that is trusted."""
    for name in ("a\nb", "a\u202eb", "a\x1bb"):
        with pytest.raises(CannotProceed):
            registration("o/n", f"repo:o/n:environment:{name}", CLOUDS["global"])


def folder_with(root: Path, environment: str = "") -> Path:
    """A backlog whose workflow collects."""
    (root / "decisions").mkdir(parents=True)
    place = f"\n    environment: {json.dumps(environment)}" if environment else ""
    (root / ".github" / "workflows").mkdir(parents=True)
    text = f"on: push\njobs:\n  a:{place}\n    steps:\n      - run: backlog collect\n"
    (root / ".github" / "workflows" / "snapshot.yml").write_text(text, encoding="utf-8")
    return root


def test_the_command_fills_in_what_github_says(tmp_path: Path, backlog: RunBacklog) -> None:
    """Repository and subject in the form that GitHub presents; one shell, the system's where none is named."""
    root = folder_with(tmp_path / "t", "secure-score")
    with SimulatedGitHub() as github:
        here = backlog("doctor", "--root", root, "--entra-script", environment=github.environment, expect=0)
        bash = backlog("doctor", "--root", root, "--entra-script", "bash", environment=github.environment, expect=0)
        shell = backlog(
            "doctor", "--root", root, "--entra-script=powershell", environment=github.environment, expect=0
        ).stdout
    assert here.stdout == (shell if sys.platform == "win32" else bash.stdout)
    assert "For Microsoft Graph PowerShell: --entra-script powershell." in bash.stderr
    calls, _ = run_in_bash(tmp_path / "t", bash.stdout)
    assert json.loads(option(calls[3], "--parameters"))["subject"] == SUBJECT
    assert option(calls[0], "--display-name") == "Secure Score Backlog, harbour/backlog"
    assert "az " not in shell


def test_a_hostile_environment_and_branch_stay_text(tmp_path: Path, backlog: RunBacklog) -> None:
    """Through the whole command: names from a workflow and from GitHub."""
    with SimulatedGitHub() as github:
        root = folder_with(tmp_path / "one", "x'$(touch stolen)'")
        done = backlog("doctor", "--root", root, "--entra-script=bash", environment=github.environment, expect=0)
        calls, _ = run_in_bash(root, done.stdout)
        assert json.loads(option(calls[3], "--parameters"))["subject"].endswith(":environment:x'$(touch stolen)'")
        github.branch = "m'; touch stolen; '"
        root = folder_with(tmp_path / "two")
        done = backlog("doctor", "--root", root, "--entra-script=bash", environment=github.environment, expect=0)
        calls, _ = run_in_bash(root, done.stdout)
        assert json.loads(option(calls[3], "--parameters"))["subject"].endswith("refs/heads/m'; touch stolen; '")


def test_what_is_not_known_is_not_guessed(tmp_path: Path, backlog: RunBacklog) -> None:
    """Without token, with a template of the subject's own, or where GitHub names no form: exit 3, and what to do."""
    root = folder_with(tmp_path / "t")
    run = ("doctor", "--root", root, "--entra-script")
    assert "without a token" in backlog(*run, "--repository", "a/b", expect=3).stderr
    with SimulatedGitHub() as github:
        github.upkeep.subject = {"use_default": False, "include_claim_keys": ["repo"], "sub_claim_prefix": "repo:a/b"}
        assert "template of its own" in backlog(*run, environment=github.environment, expect=3).stderr
        github.upkeep.subject = NO_SUBJECT
        done = backlog(*run, environment=github.environment, expect=3)
    assert "which subject" in done.stderr
    assert done.stdout == ""


def test_another_github_has_another_issuer(tmp_path: Path, backlog: RunBacklog) -> None:
    """GitHub's own issuer would be trusted in place of the right one; nothing is asked, and nothing printed."""
    environment = {"GITHUB_API_URL": "https://github.tenant.example/api/v3", "GITHUB_TOKEN": "ghs_simulated0"}
    run = ("doctor", "--root", folder_with(tmp_path / "t"), "--repository", "a/b", "--entra-script")
    done = backlog(*run, environment=environment, expect=3)
    assert ("issuer" in done.stderr, done.stdout) == (True, "")


def test_without_github_nothing_is_trusted(tmp_path: Path, backlog: RunBacklog) -> None:
    """A backlog made for a computer without GitHub has no workflow to trust."""
    backlog("init", tmp_path / "t", "--organisation", "X", "--plan", "none", "--no-git", expect=0)
    assert "without GitHub" in backlog("doctor", "--root", tmp_path / "t", "--entra-script", expect=3).stderr
