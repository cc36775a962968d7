# SPDX-License-Identifier: Apache-2.0
"""A browser page under test: opens files, notes requests and errors, takes pictures."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.browser import browser_paths
from tests.support.fonts import only_family

SCREENSHOTS = os.environ.get("BACKLOG_SCREENSHOTS")
"""Folder for pictures; none are taken without it. Read here, because tests run without the machine's settings."""
FONTS = os.environ.get("BACKLOG_FONTS")
"""The one family of fonts that the browser sees, such as "DejaVu"; all of the machine's without it."""

PATIENCE = 30
"""Seconds to wait for something that must happen."""
WIDE = (1440, 1000)
PHONE = (390, 844)
A4, LETTER = (210 / 25.4, 297 / 25.4), (8.5, 11.0)
"""Sheets, in inches."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)


CONTRAST = """
const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgb = text => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data; };
const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] / 255 + under[i] * (1 - top[3] / 255));
const ground = node => { const all = [];
  for (let at = node; at; at = at.parentElement) all.unshift(rgb(getComputedStyle(at).backgroundColor));
  return all.reduce((under, top) => over(top, under), [255, 255, 255]); };
const poor = [];
for (const node of document.querySelectorAll('article *')) {
  const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
  const unseen = node.closest('svg, .headerlink, .backlog-hidden, [aria-hidden=true]') || !node.getClientRects().length;
  if (!own || unseen) continue;
  const under = ground(node), top = over(rgb(getComputedStyle(node).color), under);
  const [a, b] = [light(top), light(under)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) poor.push(node.className + ' ' + node.textContent.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
}
return poor;
"""

CUT_OFF = """
const unseen = node => { for (let at = node; at; at = at.parentElement)
  if (getComputedStyle(at).clipPath === 'inset(50%)' || at.matches('svg, .headerlink, [hidden]')) return true; };
const across = (text, box) => {
  for (let at = text.parentElement; at && !at.matches('article'); at = at.parentElement) {
    const {display, overflowX} = getComputedStyle(at), edge = at.getBoundingClientRect();
    if (overflowX === 'auto' || overflowX === 'scroll') return;
    const holds = overflowX !== 'visible' || !['inline', 'contents'].includes(display);
    if (holds && (box.right > edge.right + 1 || box.left < edge.left - 1)) return at;
  } };
const found = new Set(), walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode, range = document.createRange();
  if (!text.data.trim() || unseen(text.parentElement)) continue;
  range.selectNodeContents(text);
  for (const box of range.getClientRects()) {
    const out = box.width > 1 && across(text, box);
    if (out) found.add(`${out.tagName} ${out.className}: ${text.data.trim().slice(0, 60)}`);
  }
}
return [...found];
"""
SPACED = """
const style = document.head.appendChild(document.createElement('style'));
style.textContent = `.md-content * { letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
  line-height: 1.5 !important }`;
"""


LETTERS = """
const text = document.createElement('span');
text.style = 'position:absolute;white-space:nowrap;font-size:100px';
text.textContent = 'What nobody decided is undecided';
document.querySelector('article').append(text);
const width = text.getBoundingClientRect().width;
text.remove();
return width / 1557;
"""
"""The width of a text, against that in Arial and fonts like it."""


TODAY = date(2026, 11, 21)
"""The day on the clock of the browser, on which the sites of the tests are new: pages say how old they are."""
CLOCK = f"""
{{
  const Real = Date, ahead = Real.parse('{TODAY}T12:00:00Z') - Real.now();
  Date = class extends Real {{
    constructor(...given) {{ given.length ? super(...given) : super(Real.now() + ahead); }}
    static now() {{ return Real.now() + ahead; }}
  }};
}}
"""


class Page:
    """One tab."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        """Take over a driver."""
        self.driver = driver

    def fresh(self) -> None:
        """A wide, light window; nothing stored, nothing noted."""
        self.command("Emulation.clearDeviceMetricsOverride")
        self.scheme("light")
        self.media("")
        self.size(*WIDE)
        self.driver.get("about:blank")
        self.command("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        self.messages()
        self.requests()

    def command(self, name: str, **values: Any) -> Any:
        """A command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def size(self, width: int, height: int) -> None:
        """The window's inner size, in CSS pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def scheme(self, name: str) -> None:
        """What the reader's system prefers: light or dark."""
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self._features = [{"name": "prefers-color-scheme", "value": name}, still]
        self.command("Emulation.setEmulatedMedia", features=self._features)

    def media(self, name: str) -> None:
        """`print` to see the page as paper would; empty for the screen."""
        self.command("Emulation.setEmulatedMedia", media=name, features=self._features)

    def open(self, file: Path, anchor: str = "") -> None:
        """Open a file of a site from disk, and wait until its scripts have run."""
        self.driver.get(file.resolve().as_uri() + (f"#{anchor}" if anchor else ""))
        self.wait(lambda: self.driver.execute_script("return document.readyState") == "complete")

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a script; begin with `return`."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        """Every element of a CSS selector."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def one(self, selector: str) -> WebElement:
        """The first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Wait until a condition holds; what it returned."""
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition())

    def messages(self) -> list[str]:
        """Warnings and errors of the console since the last call."""
        return [f"{entry['level']}: {entry['message']}" for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """Addresses of everything asked for since the last call, whether or not it was answered."""
        found = []
        for entry in self._log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                found.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                found.append(event["params"]["url"])
        return found

    def outside(self) -> list[str]:
        """Requests since the last call that left the disk."""
        return [url for url in self.requests() if not url.startswith(("file:", "data:", "about:", "blob:"))]

    def search(self, words: str) -> list[str]:
        """Type into the search box; titles of what it finds, best first."""
        self.run("document.querySelector('[data-md-toggle=search]').click()")
        box = self.one("[data-md-component=search-query]")
        self.wait(box.is_displayed)
        box.clear()
        box.send_keys(words)
        self.wait(
            lambda: self.all(".md-search-result__meta") and "nitiali" not in self.one(".md-search-result__meta").text
        )
        self.wait(lambda: self.one(".md-search-result__meta").text.split()[0] not in ("Type", "Initializing"))
        return [
            str(self.run("return arguments[0].textContent", found))
            for found in self.all(".md-search-result__article h1, .md-search-result__article h2")
        ]

    def widening(self) -> float:
        """How many times as wide as those of the usual fonts the letters are that the page has; at least 1."""
        return max(1.0, float(self.run(LETTERS)))

    def sideways(self) -> int:
        """Pixels by which the page is wider than the window: 0 where nothing sticks out."""
        return int(self.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def pale(self) -> list[str]:
        """Texts of the article that stand out from their ground by less than 4.5 to 1 (WCAG 2.2, 1.4.3)."""
        return list(self.run(CONTRAST))

    def cut_off(self) -> list[str]:
        """Texts of the article that reach over the edge of their box: cut off, or on top of what is beside them.

        What can be scrolled into view is neither.
        """
        return list(self.run(CUT_OFF))

    def space_out(self) -> None:
        """Set letters and words as far apart as a reader may, who must lose nothing by it (WCAG 2.2, 1.4.12).

        That is wider than the widest of the usual fonts, so it shows what another machine's fonts would.
        """
        self.run(SPACED)

    def picture(self, name: str) -> None:
        """A picture of the whole page as NAME.png, where the environment names a folder for it."""
        if not SCREENSHOTS:
            return
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        self._save(f"{name}.png", shot["data"])

    def paper(self, name: str = "", *, inches: tuple[float, float] = A4) -> bytes:
        """The page as a PDF on A4, or on a sheet of another size; saved as NAME.pdf like a picture."""
        made = self.command("Page.printToPDF", printBackground=True, paperWidth=inches[0], paperHeight=inches[1])
        if name and SCREENSHOTS:
            self._save(f"{name}.pdf", made["data"])
        return base64.b64decode(made["data"])

    def paper_picture(self, name: str) -> None:
        """The page on paper as NAME.pdf, where the environment names a folder for it."""
        if SCREENSHOTS:
            self.paper(name)

    def _log(self, kind: str) -> list[dict[str, Any]]:
        return list(self.driver.get_log(kind))  # type: ignore[no-untyped-call]

    def _save(self, name: str, data: str) -> None:
        folder = Path(SCREENSHOTS or ".")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(base64.b64decode(data))


def start(folder: Path) -> Page:
    """A new headless browser with an empty profile, which it keeps in a folder of its own."""
    browser, driver = browser_paths()
    environment = {**os.environ, **(only_family(FONTS, folder / "fonts") if FONTS else {})}
    options = Options()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    page = Page(webdriver.Chrome(options=options, service=Service(executable_path=driver, env=environment)))
    page.command("Network.enable")
    page.command("Page.addScriptToEvaluateOnNewDocument", source=CLOCK)
    return page
