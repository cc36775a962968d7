# SPDX-License-Identifier: Apache-2.0
"""Azure Static Web Apps: the file beside the site that lets only accounts of one Entra tenant read it.

The provider that Azure registers by itself accepts any Microsoft account, so the file names a registration of the
tenant's own. Azure applies it on the Standard plan; a custom registration switches every other provider off
(https://learn.microsoft.com/azure/static-web-apps/authentication-custom).
"""

from __future__ import annotations

import json
from typing import Final

from secure_score_backlog.files import Document
from secure_score_backlog.settings import Settings

PATH: Final = "staticwebapp.config.json"
CLIENT_ID, CLIENT_SECRET = "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"
"""Names of the app's own settings in Azure; their values are never in the repository."""
SIGN_IN: Final = "/.auth/login/aad"


def documents(settings: Settings) -> tuple[Document, ...]:
    """The file, where the settings ask for it."""
    tenant = settings.static_web_app.tenant
    if tenant is None:
        return ()
    content = {
        "auth": {
            "identityProviders": {
                "azureActiveDirectory": {
                    "registration": {
                        "openIdIssuer": f"https://login.microsoftonline.com/{tenant.lower()}/v2.0",
                        "clientIdSettingName": CLIENT_ID,
                        "clientSecretSettingName": CLIENT_SECRET,
                    }
                }
            }
        },
        "routes": [{"route": "/*", "allowedRoles": ["authenticated"]}],
        "responseOverrides": {"401": {"statusCode": 302, "redirect": f"{SIGN_IN}?post_login_redirect_uri=.referrer"}},
        "globalHeaders": {"X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff"},
    }
    return (Document(PATH, (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()),)
