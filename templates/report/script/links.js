// Links: numbers lead to the rows behind them, and each finding has an address to copy.
{
  const lists = new Map(all("[data-list]").map((root) => [root.dataset.list, new List(root)]));
  document.documentElement.classList.add("listed");

  for (const link of all("a[data-filter]")) {
    const id = link.dataset.to ?? link.hash.slice(1);
    if (lists.has(id)) link.href = `#${id}?${new URLSearchParams(link.dataset.filter)}`;
  }

  const follow = () => {
    const [name, query] = location.hash.slice(1).split("?", 2);
    let id = name;
    try { id = decodeURIComponent(name); } catch { /* an address that was cut: taken as it is */ }
    if (query !== undefined) lists.get(id)?.read(query);
    const target = id && document.getElementById(id);
    if (!target) return;
    const root = target.closest("[data-list]");
    const item = target.closest("article, tr");
    if (root && item) lists.get(root.dataset.list).reveal(item);
    if (target.closest("[hidden]")) lists.get(root?.dataset.list)?.read("");
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView();
    if (target.matches("article, section")) {
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", follow);
  follow();

  for (const link of all(".permalink")) {
    const button = toolButton("Copy link", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
        button.textContent = "Copied";
      } catch {
        location.hash = link.hash;
        button.textContent = "The link is in the address bar";
      }
      setTimeout(() => { button.textContent = "Copy link"; }, 2000);
    });
    link.hidden = true;
    link.after(button);
  }
}
