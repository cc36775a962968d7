# SPDX-License-Identifier: Apache-2.0
"""A tenant with a few of the sample's recommendations, for tests whose time goes into building a site."""

from __future__ import annotations

import re
from importlib.resources import files

import msgspec

from secure_score_backlog.sample.tenant import Tenant

FEW = re.compile("AATP_|AdminMFAV2|BlockLegacyAuthentication|MFARegistrationV2")
"""What the ids of the few begin with."""


def small_tenant() -> Tenant:
    """The sample tenant, cut down to the few: the same days, points and portal states."""
    folder = files("secure_score_backlog.sample")
    catalogue = msgspec.json.decode(folder.joinpath("catalogue.json").read_bytes())
    story = msgspec.json.decode(folder.joinpath("story.json").read_bytes())
    few = [entry for entry in catalogue["recommendations"] if FEW.match(entry["id"])]
    return Tenant({**catalogue, "recommendations": few}, {key: story[key] for key in story if FEW.match(key)})
