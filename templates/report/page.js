"use strict";
// The page is whole without this: it adds a theme switch, filters, sorting, and links to copy.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme
  const theme = one("#theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  prefersDark.addEventListener("change", nameTheme);
  nameTheme();

  // Filters, kept in the fragment: #findings?severity=high&q=jane
  const form = one("#filters");
  const findings = all(".finding");
  const fields = form ? [...form.elements].filter((field) => field.name) : [];
  const texts = new Map();
  const textOf = (finding) => {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding);
  };
  const apply = () => {
    const wanted = Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
    const words = wanted.q.toLowerCase();
    let shown = 0;
    for (const finding of findings) {
      const fits = ["severity", "rule", "status", "change"].every((key) => !wanted[key] || finding.dataset[key] === wanted[key])
        && (!words || textOf(finding).includes(words));
      finding.hidden = !fits;
      shown += fits;
    }
    for (const group of all(".group")) group.hidden = !one(".finding:not([hidden])", group);
    one("#showing").value = `showing ${shown.toLocaleString("en")} of ${findings.length.toLocaleString("en")}`;
    one("#nothing").hidden = shown > 0;
  };
  const remember = () => {
    const set = fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value.trim()]);
    history.replaceState(null, "", `#findings${set.length ? `?${new URLSearchParams(set)}` : ""}`);
  };
  const reveal = (target) => {
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView();
  };
  const follow = () => {
    const [id, query] = decodeURI(location.hash.slice(1)).split("?");
    if (!id) return;
    if (form && id === "findings" && query !== undefined) {
      const wanted = new URLSearchParams(query);
      for (const field of fields) field.value = wanted.get(field.name) ?? "";
      apply();
    }
    const target = document.getElementById(id);
    if (!target) return;
    if (form && target.closest("[hidden]")) { form.reset(); apply(); }
    if (query !== undefined || target.matches(".finding")) reveal(target);
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("input", () => { apply(); remember(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
    for (const link of all("a[data-filter]")) {
      link.href = `#findings?${new URLSearchParams(link.dataset.filter)}`;
    }
    apply();
  }
  addEventListener("hashchange", follow);
  follow();

  // A link to each finding
  for (const link of all(".permalink")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.textContent = "Copy link";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
        button.textContent = "Copied";
      } catch {
        location.hash = link.hash;
        button.textContent = "The link is in the address bar";
      }
      setTimeout(() => { button.textContent = "Copy link"; }, 2000);
    });
    link.after(" ", button);
  }

  // Sorting
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const text = (cell?.dataset.v ?? cell?.textContent ?? "").trim();
    const number = Number(text.replaceAll(",", ""));
    return text === "" || text === "–" ? null : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
        // What is empty stays at the end, whichever way the rest goes.
        rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : up ? compare(a, b) : compare(b, a)));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  // Printing opens everything, and closes it again.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const box of opened) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of opened) box.open = false;
  });
})();
