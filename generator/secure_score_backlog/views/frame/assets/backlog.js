/* SPDX-License-Identifier: Apache-2.0
 * Tells the reader when a page is old. A page never knows today's date; the reader's clock does. */
(function () {
  "use strict";
  const DAY = 24 * 60 * 60 * 1000;

  function warnWhenOld() {
    const line = document.querySelector("[data-backlog-as-of]");
    if (!line) return;
    const asOf = Date.parse(line.dataset.backlogAsOf + "T00:00:00Z");
    const limit = Number(line.dataset.backlogStaleAfter || "7");
    const days = Math.floor((Date.now() - asOf) / DAY);
    if (!Number.isFinite(days) || days <= limit) return;
    const banner = document.createElement("div");
    banner.className = "backlog-banner";
    banner.setAttribute("role", "status");
    const strong = document.createElement("strong");
    strong.textContent = "This page is " + days + " days old.";
    banner.append(strong, " It shows what was known on " + line.dataset.backlogAsOfWords +
      "; look for a newer copy, or ask whether collection still runs.");
    const article = document.querySelector("article");
    if (article) article.prepend(banner);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", warnWhenOld);
  else warnWhenOld();
})();
