// The shell around the views: who is signed in, the menu, the address, and what is asked again.
import { ApiError, get, post, set_csrf } from "./api.js";
import { close_dialogs, open_dialog } from "./dialogs.js";
import { open_download } from "./download.js";
import { el, is_plain_click, new_id } from "./elements.js";
import { empty_state, failure_notice } from "./failure.js";
import { close_menu, mark_menu, menu_part, menu_toggle } from "./menu.js";
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
      close_dialogs();
      go(to);
    }
  },
  download: (place, action, document) => open_download(place, action, {
    may_unmask: session.permissions.includes("member.read"), signed_out: host.signed_out, time_zone: document.time_zone }),
  changed(view, changes, { is_typing } = {}) {
    if (view.is_closed) return;
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

function show_dialog(place) {
  const body = el("div", { class: "view" });
  const view = new View(body, place, host, {
    shown: (document) => dialog.set_title(document.title),
    failed: () => { if (!view.document) dialog.set_title(word("cannot_show")); },
  });
  const dialog = open_dialog(word("loading"), body, { size: "modal-xl", onclose: () => {
    view.close();
    over = over.filter((open) => open !== view);
  } });
  over.push(view);
  view.load();
}

// An empty page with its heading; the parts that the caller fills.
function new_page(title) {
  page?.close();
  page = null;
  const heading = el("h1", { tabindex: "-1" });
  const zone = el("p", { class: "zone muted" });
  const root = el("div", { class: "view" });
  const set_title = (text) => {
    heading.textContent = text;
    document.title = text ? `${text} · ${word("brand")}` : word("brand");
  };
  set_title(title);
  document.getElementById("main").replaceChildren(heading, zone, root);
  return { heading, zone, root, set_title };
}

function show_page(place) {
  const entry = menu.find((found) => found.plugin === place.plugin && found.view === place.view);
  const { heading, zone, root, set_title } = new_page(entry?.title ?? "");
  if (!entry) {
    heading.before(el("button", { type: "button", class: "btn btn-link back",
      onclick: () => (history.length > 1 ? history.back() : location.assign("/")) }, `‹ ${word("back")}`));
  }
  mark_menu(place);
  page = new View(root, place, host, {
    shown: (shown) => {
      set_title(shown.title);
      zone.textContent = word("time_zone", shown.time_zone);
    },
    failed: () => { if (heading.textContent === "") set_title(word("cannot_show")); },
  });
  page.load();
}

// `parts` in place of a view.
function show_instead(title, ...parts) {
  const { root } = new_page(title);
  mark_menu(session.tenants.length > 0 ? { tenant: session.tenants[0].id } : null);
  root.append(...parts);
}

function show_nothing(empty) {
  show_instead(word("brand"), el("section", { class: "part" }, empty_state(empty)));
}

// What the address says; without a page in it, the first of the menu.
function current_place() {
  const place = parse_address(location);
  if (place) return place;
  const first = menu[0];
  const tenant = session.tenants[0]?.id;
  return first && tenant ? { tenant, plugin: first.plugin, view: first.view, params: {} } : null;
}

function show_current() {
  const place = current_place();
  if (place?.unknown) {
    show_instead(word("cannot_show"), failure_notice(new ApiError(404, "not_found", "")),
      el("p", {}, el("a", { class: "btn btn-outline-primary", href: "/" }, word("start_page"))));
  } else if (place) show_page(place);
  else if (session.tenants.length === 0) show_nothing(word("no_shop"));
  else show_nothing(word("no_page"));
}

function open_entry(entry) {
  close_menu();
  const tenant = page?.place.tenant ?? session.tenants[0]?.id;
  if (tenant) go({ tenant, plugin: entry.plugin, view: entry.view, params: {} });
}

function shop_choice() {
  if (session.tenants.length < 2) return el("span", { class: "shop" }, session.tenants[0]?.id ?? "");
  const id = new_id("shop");
  const here = page?.place ?? current_place();
  const choose = (tenant) => {
    const place = page?.place ?? current_place();
    go(place?.view ? { ...place, tenant, params: {} } : { tenant, plugin: menu[0]?.plugin, view: menu[0]?.view, params: {} });
  };
  return el("span", { class: "shop" }, el("label", { class: "visually-hidden", for: id }, word("shop")),
    el("select", { id, class: "form-select form-select-sm", onchange: (event) => choose(event.target.value) },
      session.tenants.map((tenant) => el("option", { value: tenant.id, selected: tenant.id === here?.tenant }, tenant.id))));
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
  let problem = null;
  let missing = [];
  menu = [];
  try {
    ({ entries: menu, missing } = await get(`/api/menu?locale=${locale()}`));
  } catch (error) {
    problem = error;
  }
  if (!session) return; // signed out meanwhile
  if (problem?.status === 401) {
    show_sign_in(problem);
    return;
  }
  const nav = menu_part(menu, missing, open_entry);
  app.replaceChildren(
    el("a", { class: "visually-hidden-focusable skip", href: "#main" }, word("skip")),
    el("header", { class: "top" }, menu_toggle(nav), el("a", { class: "brand", href: "/" }, word("brand")), shop_choice(),
      el("div", { class: "top-end" }, members_switch(),
        el("button", { type: "button", class: "btn btn-link btn-sm", "data-focus": "language", onclick: switch_language }, word("language")),
        el("span", { class: "who" }, session.name),
        el("button", { type: "button", class: "btn btn-link btn-sm", onclick: sign_out }, word("sign_out")))),
    el("div", { class: "body" }, nav, el("main", { id: "main", tabindex: "-1" })));
  if (problem) show_instead(word("cannot_show"), failure_notice(problem, show_shell));
  else show_current();
}

function show_sign_in(why) {
  close_dialogs();
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

// A shop that was not there before, or another account that signed in beside this page.
async function look_again() {
  const before = session;
  let now;
  try {
    now = await get("/api/session", { is_refresh: true });
  } catch (error) {
    if (session === before && error.status === 401) show_sign_in(error);
    return; // the next one may succeed
  }
  if (session !== before) return;
  if (now.name !== before.name) {
    close_dialogs();
    enter(now);
    return;
  }
  session = now;
  set_csrf(now.csrf);
  if (JSON.stringify(now.tenants) === JSON.stringify(before.tenants)) return;
  document.querySelector(".shop")?.replaceWith(shop_choice());
  if (!page && before.tenants.length === 0) show_current();
}

window.addEventListener("popstate", () => {
  if (!session) return;
  close_dialogs();
  show_current();
});

setInterval(() => {
  if (!session || document.hidden) return;
  (over.at(-1) ?? page)?.refresh();
  look_again();
}, refresh_ms);

async function start() {
  set_locale(locale());
  let given;
  try {
    given = await get("/api/session");
  } catch (error) {
    show_sign_in(error);
    return;
  }
  enter(given);
}
start();
