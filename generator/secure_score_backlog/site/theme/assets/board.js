/* SPDX-License-Identifier: Apache-2.0
 * Filters and sorts tables; without script everything is shown, by risk.
 * The choice is kept in the address, so that a view can be bookmarked and shared. */
(function () {
  "use strict";

  function start() {
    const form = document.querySelector("[data-backlog-filters]");
    if (!form) return;
    const selects = Array.from(form.querySelectorAll("select, input"));
    const rows = Array.from(document.querySelectorAll("tr[data-row]"));
    const result = form.querySelector("output");
    const address = new URLSearchParams(location.search);
    const first = new Map(rows.map((row, index) => [row, index]));

    function compare(key) {
      return function (one, other) {
        const a = one.dataset[key] || "", b = other.dataset[key] || "";
        if (key === "days") return Number(b) - Number(a) || first.get(one) - first.get(other);
        if (a !== b) return a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1;
        return first.get(one) - first.get(other);
      };
    }

    function sort(key) {
      for (const body of new Set(rows.map((row) => row.parentElement))) {
        const own = rows.filter((row) => row.parentElement === body);
        own.sort(key ? compare(key) : (one, other) => first.get(one) - first.get(other));
        body.append(...own);
      }
    }

    /* a row fits what is chosen: a value, a value or a later one, or all the words of a text */
    function fits(row, field) {
      if (field.type === "search") {
        const text = row.textContent.toLowerCase();
        return field.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
      }
      const own = row.dataset[field.name] || "";
      return "from" in field.dataset ? own >= field.value : own === field.value;
    }

    /* while something is chosen, groups without a row that fits are hidden with their heading, and the others unfolded */
    function group(filtered) {
      for (const box of document.querySelectorAll("[data-backlog-group]")) {
        const fold = box.querySelector("details");
        const empty = filtered && !box.querySelector("tr[data-row]:not([hidden])");
        const heading = document.getElementById(box.dataset.backlogGroup);
        box.hidden = empty;
        if (heading) heading.hidden = empty;
        if (!fold) continue;
        if (!("asMade" in fold.dataset)) fold.dataset.asMade = fold.open ? "open" : "";
        fold.open = filtered ? !empty : fold.dataset.asMade === "open";
      }
    }

    function apply() {
      const chosen = selects.filter((select) => select.value);
      const filters = chosen.filter((select) => select.name !== "sort");
      let shown = 0;
      for (const row of rows) {
        row.hidden = !filters.every((select) => fits(row, select));
        if (!row.hidden) shown += 1;
      }
      group(filters.length > 0);
      sort((chosen.find((select) => select.name === "sort") || {}).value);
      result.textContent = filters.length ? shown + " of " + rows.length + " shown" : "";
      const wanted = new URLSearchParams(chosen.map((select) => [select.name, select.value])).toString();
      history.replaceState(null, "", location.pathname + (wanted ? "?" + wanted : "") + location.hash);
    }

    for (const select of selects) {
      const value = address.get(select.name);
      const known = !select.options || Array.from(select.options).some((option) => option.value === value);
      if (value !== null && known) select.value = value;
      select.addEventListener(select.options ? "change" : "input", apply);
    }
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    apply();
  }

  /* A button copies a citation to the clipboard; without script the button is hidden. */
  function citations() {
    for (const button of document.querySelectorAll("button[data-backlog-copy]")) {
      button.hidden = false;
      button.addEventListener("click", function () {
        const area = document.createElement("textarea");
        area.value = button.dataset.backlogCopy;
        area.setAttribute("aria-hidden", "true");
        area.className = "backlog-hidden";
        document.body.append(area);
        area.select();
        const done = document.execCommand("copy"); /* works from disk, where the clipboard API may be refused */
        area.remove();
        button.textContent = done ? "Copied" : button.dataset.backlogCopy;
        setTimeout(() => { if (done) button.textContent = "Copy citation"; }, 2000);
        button.focus();
      });
    }
  }

  function ready() { start(); citations(); }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
