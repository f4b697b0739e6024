// The shell around the views: who is signed in, the menu, the address, and what is asked again.
import { get, post, set_csrf } from "./api.js";
import { open_dialog } from "./dialogs.js";
import { open_download } from "./download.js";
import { el, is_plain_click, new_id } from "./elements.js";
import { address_of, parse_address } from "./router.js";
import { sign_in_form } from "./sign_in.js";
import { View } from "./view.js";
import { locale, set_locale, word } from "./words.js";

const refresh_ms = 4000;
const app = document.getElementById("app");
let session = null;
let menu = [];
let page = null; // the view on the page
let over = []; // those in dialogs, the last on top
let unmask = sessionStorage.getItem("unmask") === "1";

const host = {
  unmask: () => unmask && session.permissions.includes("member.read"),
  signed_out: (error) => show_sign_in(error),
  link(from, open, content, name) {
    const to = target_of(from, open);
    return el("a", { href: address_of(to), class: name, "data-focus": `link-${address_of(to)}`, "aria-haspopup": open.as === "dialog" ? "dialog" : undefined,
      onclick: (event) => {
        if (!is_plain_click(event)) return;
        event.preventDefault();
        host.open(from, open);
      } }, content);
  },
  open(from, open) {
    const to = target_of(from, open);
    if (open.as === "dialog") show_dialog(to);
    else {
      over.at(-1)?.dialog.close();
      go(to);
    }
  },
  download: (place, action) => open_download(place, action, { may_unmask: session.permissions.includes("member.read") }),
  changed(view, changes, { is_typing } = {}) {
    view.place = { ...view.place, params: { ...view.place.params, ...changes } };
    if (view === page) {
      const address = address_of(view.place);
      if (is_typing) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    }
    view.load();
  },
};

function target_of(from, open) {
  return { tenant: from.tenant, plugin: from.plugin, view: open.view, params: open.params };
}

function go(place) {
  history.pushState(null, "", address_of(place));
  show_page(place);
  window.scrollTo(0, 0);
}

async function show_dialog(place) {
  const body = el("div", { class: "view" });
  const view = new View(body, place, host);
  const dialog = open_dialog(word("loading"), body, { size: "modal-xl", onclose: () => {
    view.close();
    over = over.filter((open) => open.view !== view);
  } });
  over.push({ view, dialog });
  const document = await view.load();
  if (document) dialog.set_title(document.title);
}

async function show_page(place) {
  page?.close();
  const main = document.getElementById("main");
  const root = el("div", { class: "view" });
  const heading = el("h1", { tabindex: "-1" });
  const entry = menu.find((found) => found.plugin === place.plugin && found.view === place.view);
  const back = entry ? null : el("button", { type: "button", class: "btn btn-link back", onclick: () => (history.length > 1 ? history.back() : location.assign("/")) }, `‹ ${word("back")}`);
  const zone = el("p", { class: "zone muted" });
  main.replaceChildren(back ?? "", heading, zone, root);
  mark_menu(place);
  const view = new View(root, place, host);
  page = view;
  const shown = await view.load();
  if (!shown || page !== view) return;
  heading.textContent = shown.title;
  zone.textContent = word("time_zone", shown.time_zone);
  document.title = `${shown.title} · ${word("brand")}`;
}

function mark_menu(place) {
  for (const link of document.querySelectorAll("nav [data-view]")) {
    const is_here = link.dataset.view === `${place.plugin} ${place.view}`;
    if (is_here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.href = address_of({ tenant: place.tenant, plugin: link.dataset.plugin, view: link.dataset.of, params: {} });
  }
}

function current_place() {
  const place = parse_address(location);
  if (place) return place;
  const first = menu[0];
  const tenant = session.tenants[0]?.id;
  return first && tenant ? { tenant, plugin: first.plugin, view: first.view, params: {} } : null;
}

function menu_sections() {
  const sections = new Map();
  for (const entry of menu) {
    if (!sections.has(entry.plugin)) sections.set(entry.plugin, []);
    sections.get(entry.plugin).push(entry);
  }
  return [...sections.values()].map((entries) => el("div", { class: "menu-section" },
    el("p", { class: "menu-title" }, entries[0].section),
    el("ul", {}, entries.map((entry) => el("li", {}, el("a", {
      href: "/", "data-view": `${entry.plugin} ${entry.view}`, "data-plugin": entry.plugin, "data-of": entry.view,
      onclick: (event) => {
        if (!is_plain_click(event)) return;
        event.preventDefault();
        document.getElementById("menu")?.classList.remove("is-open");
        go({ tenant: page?.place.tenant ?? session.tenants[0].id, plugin: entry.plugin, view: entry.view, params: {} });
      } }, entry.title))))));
}

function shop_choice() {
  if (session.tenants.length < 2) return el("span", { class: "shop" }, session.tenants[0]?.id ?? "");
  const id = new_id("shop");
  const place = current_place();
  return el("span", { class: "shop" }, el("label", { class: "visually-hidden", for: id }, word("shop")),
    el("select", { id, class: "form-select form-select-sm", onchange: (event) => go({ ...current_place(), tenant: event.target.value, params: {} }) },
      session.tenants.map((tenant) => el("option", { value: tenant.id, selected: tenant.id === place?.tenant }, tenant.id))));
}

function members_switch() {
  if (!session.permissions.includes("member.read")) return null;
  const id = new_id("members");
  return el("div", { class: "form-check form-switch" },
    el("input", { class: "form-check-input", type: "checkbox", role: "switch", id, checked: unmask, onchange: (event) => {
      unmask = event.target.checked;
      sessionStorage.setItem("unmask", unmask ? "1" : "0");
      page?.load();
    } }), el("label", { class: "form-check-label", for: id }, word("show_members")));
}

function switch_language() {
  set_locale(locale() === "ko" ? "en" : "ko");
  if (session) show_shell();
  else show_sign_in();
}

async function sign_out() {
  await post("/api/sign-out", {}).catch(() => {});
  location.assign("/");
}

async function show_shell() {
  menu = (await get(`/api/menu?locale=${locale()}`)).entries;
  const nav = el("nav", { id: "menu", "aria-label": word("menu") }, menu_sections());
  const toggle = el("button", { type: "button", class: "menu-toggle", "aria-controls": "menu", "aria-expanded": "false", onclick: (event) => {
    const is_open = nav.classList.toggle("is-open");
    event.currentTarget.setAttribute("aria-expanded", String(is_open));
  } }, "☰", el("span", { class: "visually-hidden" }, word("menu")));
  app.replaceChildren(
    el("a", { class: "visually-hidden-focusable skip", href: "#main" }, word("skip")),
    el("header", { class: "top" }, toggle, el("a", { class: "brand", href: "/" }, word("brand")), shop_choice(),
      el("div", { class: "top-end" }, members_switch(),
        el("button", { type: "button", class: "btn btn-link btn-sm", "data-focus": "language", onclick: switch_language }, word("language")),
        el("span", { class: "who" }, session.name),
        el("button", { type: "button", class: "btn btn-link btn-sm", onclick: sign_out }, word("sign_out")))),
    el("div", { class: "body" }, nav, el("main", { id: "main", tabindex: "-1" })));
  const place = current_place();
  if (place) show_page(place);
}

function show_sign_in(why) {
  for (const { dialog } of over) dialog.close();
  page?.close();
  page = null;
  session = null;
  document.title = `${word("sign_in")} · ${word("brand")}`;
  app.replaceChildren(sign_in_form(why, enter, switch_language));
  app.querySelector("input").focus();
}

function enter(given) {
  session = given;
  set_csrf(given.csrf);
  show_shell();
}

window.addEventListener("popstate", () => {
  if (!session) return;
  for (const { dialog } of over) dialog.close();
  const place = current_place();
  if (place) show_page(place);
});

setInterval(() => {
  if (!session || document.hidden) return;
  (over.at(-1)?.view ?? page)?.refresh();
}, refresh_ms);

async function start() {
  set_locale(locale());
  try {
    enter(await get("/api/session"));
  } catch (error) {
    show_sign_in(error);
  }
}
start();
