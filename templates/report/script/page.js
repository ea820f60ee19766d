"use strict";
// The page is whole without its scripts: they add a theme switch, filters, sorting, pages, and links to copy.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const toolButton = (text, onClick) => {
  const button = make("button", { type: "button", className: "tool", textContent: text });
  button.addEventListener("click", onClick);
  return button;
};

// Theme: what the system prefers, until someone chooses.
{
  const theme = one("#theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  prefersDark.addEventListener("change", nameTheme);
  nameTheme();
}

// Printing opens everything, and closes it again.
{
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const box of opened) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of opened) box.open = false;
  });
}
