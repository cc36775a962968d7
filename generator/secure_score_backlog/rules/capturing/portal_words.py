# SPDX-License-Identifier: Apache-2.0
"""The words of a table that the portal exports, in the languages it speaks (facts/graph.md 6).

The portal translates its column titles and statuses and documents none of them. So words are recognised by their
beginnings, columns also by what stands in them (`portal_export`), and what is not recognised stays unknown.
"""

from __future__ import annotations

import re
import unicodedata

COLUMNS: dict[str, tuple[str, ...]] = {
    "rank": ("rank", "rang", "classement", "clasificación", "clasificacion", "rango", "classificação", "classifica"),
    "title": (
        *("recommended action", "improvement action", "recommendation", "empfohlene maßnahme", "empfohlene aktion"),
        *("action recommandée", "acción recomendada", "azione consigliata", "ação recomendada", "aanbevolen actie"),
        *("verbesserungsmaßnahme", "verbesserungsaktion", "action d'amélioration", "acción de mejora"),
    ),
    "impact": (
        *("score impact", "bewertungsauswirkung", "impact sur le score", "impact du score"),
        *("impacto de puntuación", "impacto en la puntuación", "impatto sul punteggio", "impacto na pontuação"),
        *("impact op score",),
    ),
    "points": (
        *("points achieved", "erzielte punkte", "erreichte punkte", "points obtenus", "points atteints"),
        *("puntos conseguidos", "puntos obtenidos", "puntos logrados", "punti ottenuti", "punti raggiunti"),
        *("pontos obtidos", "pontos alcançados", "behaalde punten"),
    ),
    "status": ("status", "statut", "état", "estado", "stato", "status "),
    "regressed": (
        "regressed",
        "zurückgegangen",
        "verschlechtert",
        "régression",
        "régressé",
        "retrocedido",
        "regredito",
    ),
    "licence": (
        *("have license", "have licence", "lizenz vorhanden", "haben sie eine lizenz", "licence disponible"),
        *("possède une licence", "tiene licencia", "licenza disponibile", "tem licença", "heeft licentie"),
    ),
    "category": ("category", "kategorie", "catégorie", "categoría", "categoria", "categorie"),
    "product": ("product", "produkt", "produit", "producto", "prodotto", "produto"),
    "synced": (
        *("last synced", "zuletzt synchronisiert", "letzte synchronisierung", "dernière synchronisation"),
        *("última sincronización", "ultima sincronizzazione", "última sincronização", "laatst gesynchroniseerd"),
    ),
    "update": ("microsoft update", "microsoft-update", "mise à jour microsoft", "actualización de microsoft"),
    "notes": ("notes", "notizen", "anmerkungen", "hinweise", "remarques", "notas", "note", "notities"),
}
"""Column titles by what they mean; the first of each is English."""

STATUSES: tuple[tuple[str, str], ...] = (
    (r"third|dritt|tiers|tercer|terz|terceir|derde", "ThirdParty"),
    (r"alternat", "AlternateMitigation"),
    (r"risk accept|risiko|risque|riesgo|rischio|risco|ignor", "Ignored"),
    (r"complete|abgeschlossen|erledigt|termin|achev|complét|complet|concluíd|concluid|voltooid|fertig", "Default"),
    (r"to address|zu beheb|zu bearbeit|zu adress|zu behandel|à trait|à résoudre|à corrig|por abordar", "Default"),
    (r"da risolvere|da affrontare|a resolver|para abordar|para tratar|te behandelen|offen|default", "Default"),
    (r"plan", "Default"),
)
"""Beginnings of a status, in the order of trying, and Graph's state for it. Graph has none for Planned."""

_REFUSED = frozenset({"no", "nein", "non", "não", "nao", "nee", "nej", "nei", "ei", "false", "falsch", "faux", "falso"})


def plain_words(text: str) -> str:
    """A text for comparing: no difference in case, blanks, kinds of quotes and hyphens, or a mark at the end."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u2018", "'")
    folded = folded.replace("“", '"').replace("”", '"').replace("–", "-").replace("\u2010", "-")
    return " ".join(folded.casefold().split()).rstrip(" .:?")


def column_meaning(title: str) -> str | None:
    """What a column holds by its title; None where the title is not known."""
    words = plain_words(title.lstrip("\ufeff"))
    return next((meaning for meaning, known in COLUMNS.items() if words in map(plain_words, known)), None)


def portal_state_of(status: str) -> str | None:
    """Graph's state for a status of the portal; None where the word is not known."""
    words = plain_words(status)
    return next((state for pattern, state in STATUSES if re.search(rf"(?<!\w)(?:{pattern})", words)), None)


def says_no(cell: str) -> bool:
    """A cell of the column about licences says that there is none."""
    return plain_words(cell) in _REFUSED
