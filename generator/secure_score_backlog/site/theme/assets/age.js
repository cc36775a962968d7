/* SPDX-License-Identifier: Apache-2.0
 * Warns when a page is old or dated in the future, by comparing its as-of date with the reader's clock. It is loaded
 * in the head, and says so as soon as the place of the warning is read: before it is painted, so that nothing moves. */
(function () {
  "use strict";
  const DAY = 24 * 60 * 60 * 1000, LIMIT = 7; /* days */

  function warn(banner) {
    const days = Math.floor((Date.now() - Date.parse(banner.dataset.backlogAsOf + "T00:00:00Z")) / DAY);
    const ahead = days < -1;
    if (!Number.isFinite(days) || (days <= LIMIT && !ahead)) return;
    const strong = document.createElement("strong");
    strong.textContent = ahead ? "This page is dated in the future." : "This page is " + days + " days old.";
    banner.append(strong, " It shows data as of " + banner.dataset.backlogAsOfWords + (ahead
      ? ". A commit or a snapshot was dated by a wrong clock, or the clock of this device is wrong."
      : ". Look for a newer copy, or check that the collection still runs."));
    banner.hidden = false;
  }

  const reading = new MutationObserver(() => {
    const banner = document.querySelector("[data-backlog-as-of]");
    if (!banner) return;
    reading.disconnect();
    warn(banner);
  });
  reading.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => reading.disconnect()); /* a hand-written page has none */
})();
