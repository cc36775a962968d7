# SPDX-License-Identifier: Apache-2.0
"""Who a site is for: for each kind of reader the pages that are made, and the fields that they may be made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.views import frame, leaks, profile_insurer, profile_public, staging
from secure_score_backlog.views.downloads import pages as downloads
from secure_score_backlog.views.profile_fields import INSURER as INSURER_FIELDS
from secure_score_backlog.views.profile_fields import PUBLIC as PUBLIC_FIELDS
from secure_score_backlog.views.profile_fields import Fields, reduced
from secure_score_backlog.views.site import Site


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of reader."""

    name: str
    meaning: str
    """For the guide and for `--help`."""
    fields: Fields | None = None
    """The fields that pass; None for readers of the house, to whom all of them do."""
    navigation: tuple[tuple[str, str], ...] = ()
    """Title and document of the site's sections; empty for the house, whose `mkdocs.yml` says."""

    @property
    def outside(self) -> bool:
        """True for readers who do not belong to the organisation."""
        return self.fields is not None


INTERNAL = Profile("internal", "Everything, for readers of your own organisation.")
INSURER = Profile(
    "insurer",
    "Counts, and the register of exceptions with role, end and compensating controls.",
    INSURER_FIELDS,
    profile_insurer.NAVIGATION,
)
PUBLIC = Profile(
    "public",
    "One page: how regularly decisions are reviewed, how many are in force, whether any has run out.",
    PUBLIC_FIELDS,
    profile_public.NAVIGATION,
)
PROFILES = {profile.name: profile for profile in (INTERNAL, INSURER, PUBLIC)}


def seen_through(backlog: Backlog, profile: Profile) -> Backlog:
    """The backlog as far as a profile's readers may see it: all pages of theirs are made from this value."""
    return reduced(backlog, profile.fields) if profile.fields is not None else backlog


def documents(backlog: Backlog, hand_written: Iterable[Document], profile: Profile) -> list[Document]:
    """Every document of the site for a profile's readers, by path. Hand-written pages are for the house alone."""
    return staging.pages(
        seen_through(backlog, profile),
        () if profile.outside else hand_written,
        computed=makers(backlog, profile),
        tenants=Site.of(backlog).tenants,
    )


def makers(backlog: Backlog, profile: Profile) -> tuple[staging.PageMaker, ...]:
    """What makes the pages of a profile."""
    if profile is INSURER:
        return (profile_insurer.documents, downloads.for_insurers)
    if profile is PUBLIC:
        return (profile_public.maker(profile_public.statement(backlog)),)
    return staging.COMPUTED


def guard(backlog: Backlog, profile: Profile) -> leaks.Guard:
    """What the scan of the built site has to look for."""
    return leaks.Guard(profile.outside, Site.of(backlog).tenants, leaks.people(backlog))


def configuration(profile: Profile) -> str:
    """The site builder's configuration, packaged with the tool; with a navigation that fits the profile."""
    return frame.configuration(profile.navigation)
