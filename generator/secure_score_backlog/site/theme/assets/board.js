/* SPDX-License-Identifier: Apache-2.0
 * Tables of recommendations and of changes: filters, sorts and copies them, as far as the form of the page offers it.
 * Without script every row is shown, in the order of the page.
 * What is chosen is kept in the address, so that a view can be shared and the back button undoes a choice. */
(function () {
  "use strict";
  const MONTHS = ["january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december"];
  const ORDERS = { risk: ["critical", "high", "medium", "low", "unrated"], effort: ["none", "low", "moderate", "high"] };

  /* The first words of a cell, without what is only read aloud: its value. */
  function value(cell) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode())
      if (text.data.trim() && !text.parentElement.closest(".backlog-hidden")) return text.data.trim().replace(/\u00a0/g, " ");
    return "";
  }

  /* All words of a cell in one line. */
  function words(cell) {
    const whole = (node) => node && node.className === "backlog-whole"; /* goes on in its line */
    return Array.from(cell.childNodes, (node) => node.textContent.trim() &&
      (whole(node) || whole(node.previousSibling) ? node.textContent : " · " + node.textContent.trimStart()))
      .join("").replace(/\s+/g, " ").replace(/^ · /, "").trim();
  }

  /* What a column is sorted by: a number, or text in lower case; empty comes last. */
  function rank(column, text) {
    const plain = text.toLowerCase();
    if (ORDERS[column]) return ORDERS[column].indexOf(plain) < 0 ? "" : ORDERS[column].indexOf(plain);
    const date = plain.match(/(\d{1,2}) ([a-z]+) (\d{4})/);
    if (column === "date") return date ? Number(date[3]) * 400 + MONTHS.indexOf(date[2]) * 31 + Number(date[1]) : "";
    if (column === "points") return plain === "" || isNaN(plain.replace(/[\s\u202f]/g, "")) ? "" : Number(plain.replace(/[\s\u202f]/g, ""));
    return plain;
  }

  class Row {
    constructor(element, columns, place) {
      this.element = element;
      this.columns = columns;
      this.place = place;
      this.text = element.textContent.toLowerCase();
    }

    cell(column) { return this.element.cells[this.columns.indexOf(column)]; }

    /* What a filter compares: what the row says of itself, else the value of the column. */
    is(name) {
      const own = this.element.dataset[name];
      return (own === undefined ? this.cell(name) ? value(this.cell(name)) : "" : own).toLowerCase();
    }
  }

  function start(form) {
    const names = Array.from(new Set(Array.from(form.querySelectorAll("[type=checkbox]"), (box) => box.name)));
    const boxes = (name) => Array.from(form.querySelectorAll("[type=checkbox]")).filter((box) => box.name === name);
    const least = Array.from(form.querySelectorAll("select[data-from]")); /* what is chosen, or anything later */
    const sorting = form.elements.sort || { value: "" };
    const lists = [...least, ...(form.elements.sort ? [form.elements.sort] : [])];
    const shown = form.querySelector("[data-backlog-shown]");
    const tables = Array.from(document.querySelectorAll(".backlog-table:is(.backlog-table--work, .backlog-table--changes)"), readTable);
    const rows = tables.flatMap((table) => table.rows);
    const again = Array.from(document.querySelectorAll("[data-backlog-again]"), (row) => new Row(row, [], 0)); /* filtered, and not counted */
    const parts = Array.from(document.querySelectorAll("article h2"), readPart);

    function readTable(element) {
      const headers = Array.from(element.tHead.rows[0].cells);
      const columns = headers.map((header) => header.textContent.trim().toLowerCase());
      if (form.elements.sort) headers.forEach((header, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...header.childNodes);
        button.addEventListener("click", () => {
          const now = sorting.value, name = columns[index];
          sorting.value = now === name ? "-" + name : now === "-" + name ? "" : name;
          update(true);
        });
        const name = document.createElement("span"); /* read aloud on a phone, where the button is not shown */
        name.textContent = button.textContent;
        header.append(button, name);
      });
      const listed = () => Array.from(element.querySelectorAll("tbody > tr:not(.backlog-group)"));
      return { headers, columns, listed, rows: listed().map((row, place) => new Row(row, columns, place)) };
    }

    /* What stands below a heading, up to the next one. */
    function readPart(heading) {
      const elements = [];
      for (let next = heading.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling)
        elements.push(next);
      const link = Array.from(document.querySelectorAll(".backlog-card a")).find((a) => a.hash === "#" + heading.id);
      const card = link && link.closest(".backlog-card").querySelector(".backlog-card-value");
      const name = heading.firstChild.textContent.trim().toLowerCase();
      const count = document.createElement("span");
      count.className = "backlog-count";
      heading.insertBefore(count, heading.querySelector(".headerlink"));
      const inside = (row) => elements.some((element) => element.contains(row.element));
      const listed = elements.flatMap((element) => Array.from(element.querySelectorAll("ul.backlog-list > li")));
      const folds = elements.flatMap((element) => Array.from(element.querySelectorAll("details")))
        .filter((fold) => !fold.closest("form"));
      const pieces = [heading, ...elements.flatMap((element) => element.matches(".backlog") ? Array.from(element.children) : element)]
        .filter((piece) => !piece.matches(".backlog-colophon"));
      return { name, pieces, count, card, rows: [...rows, ...again].filter(inside), listed, folds, total: card && card.textContent };
    }

    function read() {
      const address = new URLSearchParams(location.search);
      for (const name of names) {
        const wanted = address.getAll(name).map((each) => each.toLowerCase());
        for (const box of boxes(name)) box.checked = wanted.includes(box.value.toLowerCase());
      }
      form.elements.text.value = address.get("text") || "";
      for (const list of lists) {
        list.value = address.get(list.name) || "";
        if (list.selectedIndex < 0) list.value = "";
      }
    }

    function write(step) {
      const address = new URLSearchParams(location.search);
      for (const name of [...names, "text", ...lists.map((list) => list.name)]) address.delete(name);
      for (const name of names) for (const box of boxes(name)) if (box.checked) address.append(name, box.value);
      if (form.elements.text.value.trim()) address.set("text", form.elements.text.value.trim());
      for (const list of lists) if (list.value) address.set(list.name, list.value);
      const query = address.toString(), wanted = query ? "?" + query : "";
      if (wanted === location.search) return;
      history[step ? "pushState" : "replaceState"](null, "", location.pathname + wanted + location.hash);
    }

    function sort() {
      const name = sorting.value.replace("-", ""), back = sorting.value.startsWith("-") ? -1 : 1;
      for (const table of tables) {
        const key = new Map(table.rows.map((row) => [row, name && row.cell(name) ? rank(name, value(row.cell(name))) : ""]));
        const compare = (one, other) => {
          const a = key.get(one), b = key.get(other);
          if (a === b) return one.place - other.place;
          if (a === "" || b === "") return a === "" ? 1 : -1;
          return (typeof a === "number" ? a - b : a.localeCompare(b)) * back;
        };
        for (const row of table.rows.slice().sort(compare)) row.element.parentElement.append(row.element); /* each in its group */
        table.headers.forEach((header, index) => {
          if (table.columns[index] === name) header.setAttribute("aria-sort", back < 0 ? "descending" : "ascending");
          else header.removeAttribute("aria-sort");
        });
      }
    }

    function filter() {
      const chosen = names.map((name) => [name, boxes(name).filter((box) => box.checked).map((box) => box.value.toLowerCase())])
        .filter(([, values]) => values.length);
      const terms = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const from = least.filter((list) => list.value);
      const active = chosen.length + from.length + terms.length > 0;
      const holds = (text) => terms.every((term) => text.includes(term));
      const fits = (row) => holds(row.text) && chosen.every(([name, values]) => values.includes(row.is(name))) &&
        from.every((list) => row.is(list.name) >= list.value);
      for (const row of [...rows, ...again]) row.element.hidden = !fits(row);
      let matches = visible().length;
      for (const part of parts) {
        for (const item of part.listed) item.hidden = !holds(item.textContent.toLowerCase());
        const left = part.rows.filter((row) => !row.element.hidden).length;
        const listed = chosen.length + from.length ? 0 : part.listed.filter((item) => !item.hidden).length;
        for (const element of part.pieces) element.hidden = active && left + listed === 0;
        part.count.textContent = active && part.rows.length ? " " + left + " of " + part.rows.length : "";
        if (part.card) part.card.textContent = active ? left + " of " + part.rows.length : part.total;
        for (const fold of part.folds)
          unfold(fold, active || (fold.matches(".backlog-more") && sorting.value !== ""), listed > 0);
        matches += left + listed;
      }
      for (const fold of form.querySelectorAll("details")) {
        const number = fold.querySelectorAll(":checked").length;
        fold.querySelector("output").textContent = number ? String(number) : "";
      }
      const left = visible().length;
      const apart = parts.some((part) => part.card) ? parts.filter((part) => !part.card && part.rows.length) : []; /* in no tile, so in no sum of them */
      const of = (some) => some.filter((row) => !row.element.hidden).length + " of " + some.length;
      const counted = of(rows.filter((row) => !apart.some((part) => part.rows.includes(row)))) + " shown" +
        apart.map((part) => ", " + of(part.rows) + " " + part.name).join("");
      shown.textContent = active ? counted + (matches ? "" : ". Nothing matches these filters.") : "";
      for (const button of form.querySelectorAll("[data-copy]")) {
        button.disabled = text(button.dataset.copy) === "";
        button.title = !button.disabled ? "" : left ? "Everything that is shown has a decision" : "No row is shown";
      }
    }

    /* While something is chosen, what is left is unfolded; then a fold is again as the reader left it. */
    function unfold(fold, active, listed) {
      if (active && fold.dataset.before === undefined) fold.dataset.before = fold.open ? "open" : "";
      if (active) fold.open = listed || fold.querySelector("tr:not([hidden]) > td") !== null;
      else if (fold.dataset.before !== undefined) {
        fold.open = fold.dataset.before === "open";
        delete fold.dataset.before;
      }
      const count = fold.querySelector(":scope > summary > .backlog-count");
      if (!count) return;
      const inside = Array.from(fold.querySelectorAll("tr[data-id]")), left = inside.filter((row) => !row.hidden).length;
      fold.hidden = left === 0;
      count.textContent = left < inside.length ? " " + left + " of " + inside.length : "";
    }

    const visible = () => tables.flatMap((table) => table.listed()).filter((row) => !row.hidden);

    function text(what) {
      const found = visible();
      if (what === "commands")
        return found.filter((row) => row.dataset.new !== undefined).map((row) => "backlog decide " + quoted(row.dataset.id) + "\n").join("");
      const head = ["Id", ...tables[0].columns.map((column) => column[0].toUpperCase() + column.slice(1))];
      const lines = found.map((row) => [row.dataset.id, ...Array.from(row.cells, words)]);
      return found.length ? [head, ...lines].map((line) => line.map(inert).join("\t") + "\n").join("") : "";
    }

    function update(step) {
      filter();
      sort();
      write(step);
    }

    form.addEventListener("change", () => update(true));
    form.addEventListener("input", (event) => { if (event.target === form.elements.text) update(false); });
    form.addEventListener("reset", () => setTimeout(() => update(true)));
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const button of form.querySelectorAll("[data-copy]"))
      button.addEventListener("click", () => window.backlogCopy(button, text(button.dataset.copy)));
    document.addEventListener("click", (event) => {
      for (const fold of form.querySelectorAll("details[open]")) if (!fold.contains(event.target)) fold.open = false;
    });
    form.addEventListener("keydown", (event) => {
      const fold = event.target.closest(".backlog-choice[open]");
      if (event.key !== "Escape" || !fold) return;
      fold.open = false;
      fold.querySelector("summary").focus();
    });
    window.addEventListener("popstate", () => { read(); filter(); sort(); });
    if (!rows.length) return; /* nothing to filter: the form stays away */
    form.hidden = false;
    read();
    update(false);
    /* it is folded on a phone alone, until something is chosen */
    if (shown.textContent || sorting.value || matchMedia("(min-width: 48em)").matches) form.closest("details").open = true;
  }

  /* A text that no spreadsheet takes for a formula. */
  function inert(text) { return /^[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? "'" + text : text; }

  /* An id as one word of a shell. */
  function quoted(id) { return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(id) ? id : "-- '" + id.replace(/'/g, "'\\''") + "'"; }

  function ready() {
    const form = document.querySelector("[data-backlog-filters]");
    if (form) start(form);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
