/* SPDX-License-Identifier: Apache-2.0
 * Copies texts; unfolds what an address leads to, and what paper shows; and makes what the theme offers to a pointer
 * alone reachable by keyboard. */
(function () {
  "use strict";
  /* A button copies a text to the clipboard: the one that it names, else the command before it. It works from disk, where
   * the newer way of copying may be refused. Without script such buttons are hidden. */
  function copy(button, text) {
    const label = button.dataset.label || (button.dataset.label = button.innerHTML);
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("aria-hidden", "true");
    area.className = "backlog-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => { button.innerHTML = label; }, 2000);
    button.focus();
  }
  window.backlogCopy = copy;

  function offerCopies() {
    for (const button of document.querySelectorAll("button[data-backlog-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () =>
        copy(button, button.dataset.backlogCopy || button.parentElement.querySelector("code").textContent));
    }
  }

  /* An address leads into what is folded: to an element within, or to the heading before it. */
  function unfold() {
    const target = document.getElementById(location.hash.slice(1)); /* ids are plain letters, digits and dashes */
    if (!target) return;
    const after = target.nextElementSibling;
    const own = /^H[1-6]$/.test(target.tagName) && after && after.querySelector(":scope > details[data-backlog-fold]");
    if (own) own.open = true;
    let moved = false;
    for (let at = target.parentElement; at; at = at.parentElement)
      if (at.matches("details:not([open])")) { at.open = true; moved = true; }
    if (moved) target.scrollIntoView();
  }

  /* Paper shows what is folded, as far as the style sheet lets it. */
  function unfoldForPaper() {
    const folds = Array.from(document.querySelectorAll("details[data-backlog-fold]:not([open])"));
    for (const fold of folds) fold.open = true;
    window.addEventListener("afterprint", () => { for (const fold of folds) fold.open = false; }, { once: true });
  }

  function fold() {
    unfold();
    window.addEventListener("hashchange", unfold);
    document.addEventListener("click", (event) => { /* a link to where the address leads already */
      const link = event.target.closest("a[href^='#']");
      if (link && link.hash === location.hash) unfold();
    });
    window.addEventListener("beforeprint", unfoldForPaper);
  }

  /* On a narrow or magnified page the theme opens menu and search with labels of hidden boxes, which a keyboard does
   * not reach. A button replaces each; without script the labels stay. */
  function openByKey(name, text) {
    const box = document.getElementById(name);
    const label = document.querySelector(".md-header__button[for=" + name + "]");
    if (!box || !label) return null;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "md-header__button md-icon backlog-opens" + name;
    button.setAttribute("aria-label", text);
    button.append(...label.cloneNode(true).childNodes);
    const update = () => button.setAttribute("aria-expanded", String(box.checked));
    button.addEventListener("click", () => box.click());
    box.addEventListener("change", update);
    update();
    label.before(button);
    label.classList.add("backlog-replaced");
    return { box: box, button: button };
  }

  function fixTheme() {
    const dialog = document.querySelector(".md-search[role=dialog]");
    if (dialog && !dialog.hasAttribute("aria-label")) dialog.setAttribute("aria-label", "Search");
    /* the theme checks none of its colour options, so that tabbing backwards would land on one that is not shown */
    for (const option of document.querySelectorAll(".md-option"))
      if (option.nextElementSibling && !option.nextElementSibling.hidden) option.checked = true;
    const search = openByKey("__search", "Search");
    const query = document.querySelector(".md-search__input");
    if (search && query) search.box.addEventListener("change", () => { if (search.box.checked) query.focus(); });
    const menu = openByKey("__drawer", "Menu");
    if (!menu) return;
    menu.box.addEventListener("change", function () {
      const links = ".md-sidebar--primary .md-nav__link[href]";
      const first = document.querySelector(links + ".md-nav__link--active") || document.querySelector(links);
      if (menu.box.checked && first) first.focus({ preventScroll: true });
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !menu.box.checked) return;
      menu.box.click();
      menu.button.focus();
    });
  }

  /* A page that the navigation does not list links to the page above; its tab is shown as the active one. */
  function markTab() {
    const up = document.querySelector(".backlog-up a[href]");
    if (!up) return;
    const place = (link) => link.href.replace(/[#?].*$/, "").replace(/(^|\/)index\.html$/, "$1");
    const leads = (link) => link.href && place(link) === place(up);
    if (!document.querySelector(".md-tabs__item--active"))
      for (const link of document.querySelectorAll(".md-tabs__link"))
        if (leads(link)) link.closest(".md-tabs__item").classList.add("md-tabs__item--active");
    if (!document.querySelector(".md-nav--primary .md-nav__link--active"))
      for (const link of document.querySelectorAll(".md-nav--primary a.md-nav__link"))
        if (leads(link)) link.classList.add("md-nav__link--active");
  }

  function ready() { markTab(); fixTheme(); offerCopies(); fold(); }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
