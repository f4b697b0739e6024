// The menu: the entries of all plugins, a section each.
import { el, is_plain_click } from "./elements.js";
import { address_of } from "./router.js";
import { word } from "./words.js";

function section(entries, open) {
  const item = (entry) => el("li", {}, el("a", {
    href: "/", "data-view": `${entry.plugin} ${entry.view}`, "data-plugin": entry.plugin, "data-of": entry.view,
    onclick: (event) => {
      if (!is_plain_click(event)) return;
      event.preventDefault();
      open(entry);
    } }, entry.title));
  return el("div", { class: "menu-section" }, el("p", { class: "menu-title" }, entries[0].section), el("ul", {}, entries.map(item)));
}

// `missing`: names of plugins whose menu could not be had. `open(entry)` is called for a click.
export function menu_part(entries, missing, open) {
  const sections = new Map();
  for (const entry of entries) {
    if (!sections.has(entry.plugin)) sections.set(entry.plugin, []);
    sections.get(entry.plugin).push(entry);
  }
  return el("nav", { id: "menu", "aria-label": word("menu") },
    [...sections.values()].map((of_plugin) => section(of_plugin, open)),
    missing.length > 0 ? el("p", { class: "notice tone-warning menu-missing", role: "alert" }, word("menu_missing", missing.join(", "))) : null);
}

export function menu_toggle(nav) {
  return el("button", { type: "button", class: "menu-toggle", "aria-controls": "menu", "aria-expanded": "false", onclick: (event) => {
    const is_open = nav.classList.toggle("is-open");
    event.currentTarget.setAttribute("aria-expanded", String(is_open));
  } }, "☰", el("span", { class: "visually-hidden" }, word("menu")));
}

export function close_menu() {
  document.getElementById("menu")?.classList.remove("is-open");
  document.querySelector(".menu-toggle")?.setAttribute("aria-expanded", "false");
}

// Marks where one is, and makes the entries real links to the same shop. Without a place none is.
export function mark_menu(place) {
  for (const link of document.querySelectorAll("nav [data-view]")) {
    const is_here = link.dataset.view === `${place?.plugin} ${place?.view}`;
    if (is_here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.href = place ? address_of({ tenant: place.tenant, plugin: link.dataset.plugin, view: link.dataset.of, params: {} }) : "/";
  }
}
