// A list: rows that all stand in the document, of which it shows those that fit, in an order, a page at a time.
// What is asked of it stands in the fragment of the address: #findings?severity=high&sort=-age&page=2

const SEVERITIES = ["critical", "high", "medium", "low"];
// So many rows stand on a page, unless the list says otherwise; fewer where each is a card.
const PER_PAGE = 50;
const PER_NARROW_PAGE = 10;
// A table as short as this needs no filters, unless a link asks for some.
const SHORT = 12;

const number = (count) => count.toLocaleString("en");
const words = (text) => text.replaceAll("-", " ");
const ranked = (value) => (SEVERITIES.includes(value) ? `0${SEVERITIES.indexOf(value)}` : `1${value}`);

// What a cell is sorted by: its value, else its first line.
const cellKey = (cell) => cell?.dataset.v
  ?? [...cell?.childNodes ?? []].filter((node) => !node.classList?.contains("sub")).map((node) => node.textContent).join("");

class List {
  constructor(root) {
    this.root = root;
    this.id = root.dataset.list;
    this.isTable = root.tagName === "TABLE";
    this.holder = this.isTable ? root.tBodies[0] : root;
    this.nodes = [...this.holder.children];
    this.items = this.isTable ? this.nodes : this.nodes.filter((node) => node.matches("article"));
    this.heads = this.nodes.filter((node) => !this.items.includes(node));
    this.size = Number(root.dataset.size) || PER_PAGE;
    if (matchMedia("(max-width: 999px)").matches) this.size = Math.min(this.size, PER_NARROW_PAGE);
    this.facets = (root.dataset.facets ?? "").split(" ").filter(Boolean);
    this.keys = [...this.facets, ...(root.dataset.exact ?? "").split(" ").filter(Boolean)];
    this.state = new URLSearchParams();
    this.texts = new Map();
    this.makeForm();
    this.makePager();
    if (this.isTable) this.makeSortable();
    this.apply();
  }

  makeForm() {
    const field = (name, label, control) => {
      Object.assign(control, { id: `${this.id}-${name}`, name });
      return make("p", {}, make("label", { htmlFor: control.id, textContent: label }), control);
    };
    this.search = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    this.showing = make("output");
    this.chips = make("p", { className: "chips" });
    const fields = [field("q", "Search", this.search)];
    this.selects = new Map();
    for (const key of this.facets) {
      const values = new Set(this.items.flatMap((item) => (item.dataset[key] ?? "").split("|")).filter(Boolean));
      if (values.size < 2) continue;
      const sorted = [...values].sort((a, b) => (ranked(a) < ranked(b) ? -1 : 1));
      const select = make("select", {}, new Option("any", ""), ...sorted.map((value) => new Option(value)));
      this.selects.set(key, select);
      fields.push(field(key, words(key), select));
    }
    if (this.root.dataset.sorts) {
      this.sorts = make("select", {}, ...this.root.dataset.sorts.split("|").map((sort) => new Option(...sort.split("=").reverse())));
      fields.push(field("sort", "sort by", this.sorts));
    }
    const reset = toolButton("Show all", () => { this.state = new URLSearchParams(); this.changed(); });
    this.form = make("form", { className: "filters" }, ...fields, make("p", {}, reset), this.chips, this.showing);
    this.form.setAttribute("aria-label", `Filter: ${this.root.dataset.what}`);
    this.form.addEventListener("input", () => this.readForm());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.nothing = make("p", { className: "empty", textContent: "Nothing here fits these filters." });
    this.root.before(this.form, this.nothing);
  }

  makePager() {
    const turn = (by) => () => {
      this.state.set("page", this.page + by);
      this.changed();
      this.form.scrollIntoView();
    };
    this.back = toolButton("Previous", turn(-1));
    this.next = toolButton("Next", turn(1));
    this.place = make("span");
    this.pager = make("nav", { className: "pager" }, this.back, this.place, this.next);
    this.pager.setAttribute("aria-label", `Pages: ${this.root.dataset.what}`);
    this.root.after(this.pager);
  }

  makeSortable() {
    this.columns = all("thead th", this.root);
    this.columns.forEach((head, column) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        this.state.set("sort", this.state.get("sort") === `${column}` ? `-${column}` : `${column}`);
        this.state.delete("page");
        this.changed();
      });
    });
  }

  readForm() {
    const fields = [["q", this.search], ["sort", this.sorts], ...this.selects].filter(([, control]) => control);
    for (const [key, control] of fields) {
      if (control.value) this.state.set(key, control.value); else this.state.delete(key);
    }
    this.state.delete("page");
    this.changed();
  }

  // Takes what an address asks for.
  read(query) {
    this.state = new URLSearchParams(query);
    this.apply();
  }

  changed() {
    this.apply();
    const query = this.state.toString();
    try {
      history.replaceState(null, "", `#${this.id}${query ? `?${query}` : ""}`);
    } catch {
      // A page inside another page may not name its own address.
    }
  }

  // Turns to the page on which an item stands, whatever was asked for before.
  reveal(item) {
    const stands = () => this.fitting.indexOf(item);
    if (stands() < 0) this.read("");
    this.state.set("page", Math.floor(stands() / this.size) + 1);
    this.apply();
  }

  apply() {
    const exact = this.keys.filter((key) => this.state.get(key)).map((key) => [key, this.state.get(key)]);
    const text = (this.state.get("q") ?? "").trim().toLowerCase();
    const fits = (item) => exact.every(([key, value]) => (item.dataset[key] ?? "").split("|").includes(value))
      && (!text || this.textOf(item).includes(text));
    const sort = this.state.get("sort") ?? "";
    const order = sort ? this.sorted(sort) : this.items;
    if (this.order !== sort) this.holder.append(...(sort ? [...this.heads, ...order] : this.nodes));
    this.order = sort;
    this.fitting = order.filter(fits);
    const pages = Math.max(1, Math.ceil(this.fitting.length / this.size));
    this.page = Math.min(pages, Math.max(1, Math.trunc(Number(this.state.get("page"))) || 1));
    if (this.page === 1) this.state.delete("page");
    const shown = new Set(this.fitting.slice((this.page - 1) * this.size, this.page * this.size));
    for (const item of this.items) item.hidden = !shown.has(item);
    const groups = new Set([...shown].map((item) => item.dataset.group));
    for (const head of this.heads) head.hidden = Boolean(sort) || !groups.has(head.dataset.group);
    this.tell(shown.size, pages, exact);
  }

  // Says in words and controls what is shown.
  tell(shown, pages, exact) {
    const [fitting, total] = [this.fitting.length, this.items.length];
    const first = (this.page - 1) * this.size + 1;
    this.showing.value = pages === 1 ? `showing ${number(shown)} of ${number(total)}`
      : `showing ${number(first)}–${number(first + shown - 1)} of ${number(fitting)}${fitting < total ? `, ${number(total)} in all` : ""}`;
    this.nothing.hidden = fitting > 0;
    this.form.hidden = this.isTable && total <= SHORT && this.state.toString() === "";
    this.pager.hidden = pages === 1;
    this.place.textContent = `page ${number(this.page)} of ${number(pages)}`;
    this.back.disabled = this.page === 1;
    this.next.disabled = this.page === pages;
    if (this.search.value.trim() !== (this.state.get("q") ?? "")) this.search.value = this.state.get("q") ?? "";
    if (this.sorts) this.sorts.value = this.state.get("sort") ?? "";
    for (const [key, select] of this.selects) {
      const value = this.state.get(key) ?? "";
      if (![...select.options].some((option) => option.value === value)) select.append(new Option(value));
      select.value = value;
    }
    this.chips.replaceChildren(...exact.filter(([key]) => !this.selects.has(key)).map(([key, value]) => this.chip(key, value)));
    this.columns?.forEach((head, column) => {
      const sort = { [`${column}`]: "ascending", [`-${column}`]: "descending" }[this.state.get("sort")];
      if (sort) head.setAttribute("aria-sort", sort); else head.removeAttribute("aria-sort");
    });
  }

  // A filter that has no control of its own, and a way to be rid of it.
  chip(key, value) {
    const button = toolButton(`${words(key)}: ${value} ×`, () => { this.state.delete(key); this.changed(); });
    button.setAttribute("aria-label", `Stop filtering by ${words(key)} ${value}`);
    return button;
  }

  textOf(item) {
    if (!this.texts.has(item)) this.texts.set(item, item.textContent.toLowerCase());
    return this.texts.get(item);
  }

  // In the order of a column, or of an attribute; what is empty stays at the end, whichever way the rest goes.
  sorted(sort) {
    const [down, key] = sort.startsWith("-") ? [-1, sort.slice(1)] : [1, sort];
    const keyOf = (item) => {
      const text = (this.isTable ? cellKey(item.cells[key]) : item.dataset[key])?.trim() ?? "";
      const value = Number(text.replaceAll(",", ""));
      return text === "" || text === "–" ? null : Number.isNaN(value) ? text.toLowerCase() : value;
    };
    const compare = (a, b) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
    const keyed = this.items.map((item) => [keyOf(item), item]);
    keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : down * compare(a, b)));
    return keyed.map(([, item]) => item);
  }
}
