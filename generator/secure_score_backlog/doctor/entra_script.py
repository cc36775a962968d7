# SPDX-License-Identifier: Apache-2.0
"""Commands that register the app in Entra: one permission, one federated credential, and nothing else.

Azure CLI for Bash: https://learn.microsoft.com/cli/azure/ad/app (list, create, update, permission admin-consent,
federated-credential list, delete and create). PowerShell: the modules
Microsoft.Graph.Applications and Microsoft.Graph.Authentication.

Names on GitHub are other people's. In both shells every value stands in single quotes, in which nothing is expanded:
Bash ends them at `'` alone; PowerShell also at the typographic ones, each of which is doubled.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from secure_score_backlog.data_repository.steps import ISSUER
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.clouds import Cloud
from secure_score_backlog.graph.tokens import PERMISSION
from secure_score_backlog.text import shown

GRAPH = "00000003-0000-0000-c000-000000000000"
"""The application id of Microsoft Graph, the same in every tenant."""
ROLE = "bf394140-e372-4bf9-a898-299cfc7564e5"
"""Id of the application permission SecurityEvents.Read.All: https://learn.microsoft.com/graph/permissions-reference."""
CREDENTIAL = "github"
"""Name of the federated credential: 3 to 120 characters that a URL takes."""
AZURE_CLOUDS: Mapping[str, str] = {"usgov": "AzureUSGovernment", "dod": "AzureUSGovernment"}
GRAPH_ENVIRONMENTS: Mapping[str, str] = {"usgov": "USGov", "dod": "USGovDoD"}
SINGLE_QUOTES = re.compile(
    "(['\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}])"
)
"""What PowerShell takes for a single quote."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered."""

    name: str
    """Of the app, as Entra lists it."""
    subject: str
    """Of the federated credential, letter for letter."""
    cloud: Cloud


def registration(repository: str, subject: str, cloud: Cloud) -> Registration:
    """What to register for a repository; CannotProceed for a name that cannot be shown as it is."""
    for value in (repository, subject):
        if not value.isprintable():
            raise CannotProceed(
                f"A name on GitHub holds characters that cannot be shown: {shown(value)}.",
                hint="Rename the branch or the environment, with letters, digits and hyphens.",
            )
    return Registration(f"Secure Score Backlog, {repository}", subject, cloud)


def for_bash(wanted: Registration) -> str:
    """Azure CLI."""
    credential = json.dumps(
        {"name": CREDENTIAL, "issuer": ISSUER, "subject": wanted.subject, "audiences": [wanted.cloud.audience]}
    )
    access = json.dumps([{"resourceAppId": GRAPH, "resourceAccess": [{"id": ROLE, "type": "Role"}]}])
    named = of_name(wanted.name)
    other = AZURE_CLOUDS.get(wanted.cloud.name)
    first = f"# Before: az cloud set --name {other}, az login." if other else "# Before: az login."
    return f"""\
# Azure CLI, for Bash. Registers one app with the permission {PERMISSION} and one federated credential.
# Run again, it takes the app of this name, and does what is missing.
{first} Roles: Cloud Application Administrator, and Privileged Role Administrator for the consent.
set -eu
app=$(az ad app list --filter {shlex.quote(named)} --query '[0].appId' --output tsv)
[ -n "$app" ] || app=$(az ad app create --display-name {shlex.quote(wanted.name)} \\
  --sign-in-audience AzureADMyOrg --query appId --output tsv)
az ad app update --id "$app" --required-resource-accesses {shlex.quote(access)}
[ -n "$(az ad sp list --filter "appId eq '$app'" --query '[0].id' --output tsv)" ] || \\
  az ad sp create --id "$app" --output none
[ -z "$(az ad app federated-credential list --id "$app" --query "[?name=='{CREDENTIAL}'].id" --output tsv)" ] || \\
  az ad app federated-credential delete --id "$app" --federated-credential-id {CREDENTIAL}
az ad app federated-credential create --id "$app" --parameters {shlex.quote(credential)} --output none
az ad app permission admin-consent --id "$app"
echo "AZURE_CLIENT_ID: $app"
echo "AZURE_TENANT_ID: $(az account show --query tenantId --output tsv)"
"""


def for_powershell(wanted: Registration) -> str:
    """Microsoft Graph PowerShell."""
    place = GRAPH_ENVIRONMENTS.get(wanted.cloud.name)
    environment = f" -Environment {place}" if place else ""
    return f"""\
# PowerShell. Registers one app with the permission {PERMISSION} and one federated credential.
# Run again, it takes the app of this name, and does what is missing.
# Before: Install-Module Microsoft.Graph.Applications. Roles: Cloud Application Administrator, and Privileged Role
# Administrator for the consent.
$ErrorActionPreference = 'Stop'
Connect-MgGraph -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All' -NoWelcome{environment}
$graph = Get-MgServicePrincipal -Filter "appId eq '{GRAPH}'"
$access = @{{ ResourceAppId = '{GRAPH}'; ResourceAccess = @(@{{ Id = '{ROLE}'; Type = 'Role' }}) }}
$app = Get-MgApplication -Filter {powershell_quoted(of_name(wanted.name))} | Select-Object -First 1
if (!$app) {{
  $app = New-MgApplication -DisplayName {powershell_quoted(wanted.name)} -SignInAudience 'AzureADMyOrg'
}}
Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess @($access)
$principal = Get-MgServicePrincipal -Filter "appId eq '$($app.AppId)'"
if (!$principal) {{ $principal = New-MgServicePrincipal -AppId $app.AppId }}
Get-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id | Where-Object Name -eq '{CREDENTIAL}' |
  ForEach-Object {{ Remove-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id `
    -FederatedIdentityCredentialId $_.Id }}
New-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id -Name '{CREDENTIAL}' -Issuer '{ISSUER}' `
  -Subject {powershell_quoted(wanted.subject)} -Audiences @('{wanted.cloud.audience}') | Out-Null
$given = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id | Where-Object AppRoleId -eq '{ROLE}'
if (!$given) {{
  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id `
    -ResourceId $graph.Id -AppRoleId '{ROLE}' | Out-Null
}}
"AZURE_CLIENT_ID: $($app.AppId)"
"AZURE_TENANT_ID: $((Get-MgContext).TenantId)"
"""


def of_name(name: str) -> str:
    """The filter of Microsoft Graph for an app by its name; OData doubles `'` in a text."""
    doubled = name.replace("'", "''")
    return f"displayName eq '{doubled}'"


def powershell_quoted(text: str) -> str:
    """A text as one argument in PowerShell: in single quotes, with every kind of single quote in it doubled."""
    doubled = SINGLE_QUOTES.sub(r"\1\1", text)
    return f"'{doubled}'"
