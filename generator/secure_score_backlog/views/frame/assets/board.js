/* SPDX-License-Identifier: Apache-2.0
 * Narrows the board down by owner, risk, service and blocker. Without script everything is shown.
 * What is chosen stands in the address, so that a view can be bookmarked and passed on. */
(function () {
  "use strict";

  function start() {
    const form = document.querySelector("[data-backlog-filters]");
    if (!form) return;
    const selects = Array.from(form.querySelectorAll("select"));
    const rows = Array.from(document.querySelectorAll("tr[data-owner]"));
    const said = form.querySelector("output");
    const address = new URLSearchParams(location.search);

    function apply() {
      const chosen = selects.filter((select) => select.value);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !chosen.every((select) => row.dataset[select.name] === select.value);
        if (!row.hidden) shown += 1;
      }
      said.textContent = chosen.length ? shown + " of " + rows.length + " shown" : "";
      const wanted = new URLSearchParams(chosen.map((select) => [select.name, select.value])).toString();
      history.replaceState(null, "", location.pathname + (wanted ? "?" + wanted : "") + location.hash);
    }

    for (const select of selects) {
      const value = address.get(select.name);
      if (value !== null && Array.from(select.options).some((option) => option.value === value)) select.value = value;
      select.addEventListener("change", apply);
    }
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    apply();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
