# SPDX-License-Identifier: Apache-2.0
"""What hinders a reader who uses a page otherwise than by eye and mouse."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.support.chromium import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
MOST_STOPS = 4000
"""Steps of the tab key after which a page must have ended."""
AT_ONCE = 40
"""Steps between two looks at the page."""

NOTE_STOPS = """
window.stops = [];
document.addEventListener('focusin', event => {
  const target = event.target;
  const shown = target.matches('.md-option') ? target.nextElementSibling : target;  // the theme draws the label
  const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
  const inSight = part => {  // a link over two lines has two parts, and other words may be between them
    const x = Math.min(Math.max(part.left + part.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(part.top + part.height / 2, 0), innerHeight - 1);
    const there = document.elementFromPoint(x, y);
    return there && (shown.contains(there) || there.contains(shown));
  };
  window.stops.push({
    element: target,
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: ![...shown.getClientRects()].some(inSight),
  });
});
"""

JUDGE_STOPS = """
const words = e => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 120);
const wanted = [...document.querySelectorAll(
  'a[href], button, select, input, textarea, summary, iframe, audio, video, [tabindex], label[tabindex]')].filter(e =>
  !e.disabled && e.tabIndex >= 0 && e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden' &&
  !(e.matches('summary') ? e.parentElement.parentElement : e).closest('details:not([open])') &&
  !(e.type === 'radio' && !e.checked) &&  // arrow keys lead to the others of its group
  !e.matches('.md-top'));  // is there only while the page scrolls up
const scrolled = [...document.querySelectorAll('article *')].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.tabIndex < 0 &&
  !e.querySelector('a[href], button, [tabindex]'));
const stops = window.stops, reached = new Set(stops.map(stop => stop.element));
const first = stops.findIndex((stop, index) => index && stop.element === stops[0].element);
const round = first < 0 ? stops : stops.slice(0, first);
const order = round.map(stop => stop.element);
return [
  ...wanted.filter(e => !reached.has(e)).map(e => 'not reached: ' + words(e)),
  ...scrolled.map(e => 'scrolls, but not by key: ' + words(e)),
  ...round.filter(stop => !stop.marked).map(stop => 'no visible focus: ' + words(stop.element)),
  ...round.filter(stop => !stop.inside).map(stop => 'focus out of sight: ' + words(stop.element)),
  ...round.filter(stop => stop.inside && stop.covered).map(stop => 'focus covered: ' + words(stop.element)),
  ...order.slice(1).filter((e, i) => !(order[i].compareDocumentPosition(e) & (arguments[0] ? 2 : 4)))
    .map(e => 'out of order: ' + words(e)),
];
"""


@cache
def axe() -> str:
    """The script of axe-core, as its package ships it."""
    return (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe-core finds on the open page, with every fold unfolded: rule, element and reason, one line each.

    Its rule on contrast takes four fifths of the time; without it where `Page.pale` measures the same page.
    """
    page.run("document.querySelectorAll('article details').forEach(fold => { fold.open = true; })")
    if not page.run("return typeof window.axe === 'object'"):
        page.command("Runtime.evaluate", expression=axe())
    page.driver.set_script_timeout(120)
    result: dict[str, Any] = page.driver.execute_async_script(
        "const [rules, done] = arguments; axe.run(document, rules).then(done, error => done({error: String(error)}))",
        RULES if contrast else {**RULES, "rules": {"color-contrast": {"enabled": False}}},
    )
    assert "error" not in result, result
    return [
        f"{found['id']}: {node['html'][:160]} | {' '.join(node['failureSummary'].split())}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def press(page: Page, key: str, code: int) -> None:
    """Press a key as a keyboard would: the browser moves the focus, not a script."""
    values = {"key": key, "code": key, "windowsVirtualKeyCode": code}
    text = {"text": "\r"} if key == "Enter" else {}  # what makes a button take it for a press
    page.command("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **values, **text)
    page.command("Input.dispatchKeyEvent", type="keyUp", **values)


def walk(page: Page, *, backwards: bool = False) -> list[str]:
    """Go through the open page by the tab key until it has gone round; what is not reached, not seen, out of order."""
    page.run(NOTE_STOPS)
    for _ in range(MOST_STOPS // AT_ONCE):
        keys = ActionChains(page.driver)  # one request for all of them
        if backwards:
            keys.key_down(Keys.SHIFT)
        keys.send_keys(Keys.TAB * AT_ONCE).key_up(Keys.SHIFT).perform()
        if page.run("return stops.slice(1).some(stop => stop.element === stops[0].element)"):
            return list(page.run(JUDGE_STOPS, backwards))
    raise AssertionError(f"the tab key has not come round in {MOST_STOPS} steps")
