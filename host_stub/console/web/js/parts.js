// The components of a view document, one function each: (component, context) -> element.
import { cell_content, is_numeric, reason_text, status_badge } from "./cells.js";
import { bar_chart, funnel_chart } from "./charts.js";
import { el, help_mark } from "./elements.js";
import { empty_state, failure_notice } from "./failure.js";
import * as format from "./format.js";
import { filters_part } from "./filters.js";
import { word } from "./words.js";

function heading(component) {
  return component.title ? el("h2", { class: "part-title" }, component.title) : null;
}

function tiles_part(component, context) {
  const tile = (given) => el("div", { class: "tile", "data-key": given.key },
    el("dt", {}, given.label, given.help ? help_mark(given.help) : null),
    el("dd", { class: is_numeric(given.type) ? "figure" : undefined }, cell_content(given.type, given.value, context)));
  return el("section", { class: "part" }, heading(component), el("dl", { class: "tiles" }, component.tiles.map(tile)));
}

function header_cell(column, component, context) {
  const attributes = { scope: "col", "data-key": column.key, class: is_numeric(column.type) ? "number" : `of-${column.type}` };
  const help = column.help ? help_mark(column.help) : null;
  if (!column.sort) return el("th", attributes, column.label, help);
  const is_down = component.sort === `-${column.sort}`;
  const is_up = component.sort === column.sort;
  const next = is_down ? column.sort : `-${column.sort}`;
  attributes["aria-sort"] = is_down ? "descending" : is_up ? "ascending" : "none";
  return el("th", attributes,
    el("button", { type: "button", class: "sort", "data-focus": `sort-${column.key}`, onclick: () => context.set_params({ sort: next }) },
      column.label, el("span", { class: "sort-sign", "aria-hidden": "true" }, is_down ? "▼" : is_up ? "▲" : "↕")), help);
}

function attempts_list(attempts, context) {
  const step = (attempt) => el("li", {}, status_badge(attempt.channel), status_badge(attempt.status),
    el("time", { datetime: attempt.at }, format.datetime(attempt.at, context.time_zone)),
    attempt.reason ? reason_text(attempt.reason) : null);
  return el("ol", { class: "attempts", "aria-label": word("attempts") }, attempts.map(step));
}

// One attempt alone is what the row itself says.
function has_steps(row) {
  return row.attempts?.length > 1;
}

// A row that opens something does so from its first cell, by a real link.
function table_row(row, component, context) {
  const cells = component.columns.map((column, index) => {
    let content = cell_content(column.type, row[column.key], context);
    const opens_here = index === 0 && row.open && column.type !== "link" && column.type !== "member";
    if (opens_here) content = context.link(row.open, content);
    const name = is_numeric(column.type) ? "number" : `of-${column.type}`;
    return el("td", { class: name, "data-key": column.key, "data-label": column.label }, content,
      index === 0 && has_steps(row) ? attempts_list(row.attempts, context) : null);
  });
  const element = el("tr", {}, cells);
  if (row.open) {
    element.classList.add("opens");
    element.addEventListener("click", (event) => {
      if (event.target.closest("a, button") || String(getSelection()) !== "") return;
      context.open(row.open);
    });
  }
  return element;
}

function add_rows(body, rows, component, context) {
  let last = body.lastElementChild?.dataset.group;
  for (const row of rows) {
    const element = table_row(row, component, context);
    if (component.group) {
      const value = JSON.stringify(row[component.group]);
      element.dataset.group = value;
      if (value === last) element.classList.add("same-group");
      last = value;
    }
    body.append(element);
  }
}

// What follows is fetched when its button comes into sight, or is pressed.
function more_button(component, context, add) {
  if (!component.next) return null;
  let next = component.next;
  const button = el("button", { type: "button", class: "btn btn-outline-secondary more", "data-focus": `more-${component.id ?? ""}` }, word("more"));
  const fetch_more = async () => {
    if (button.disabled) return;
    button.disabled = true;
    try {
      const part = await context.more(component, next);
      add(part);
      next = part.next;
      if (next) button.disabled = false;
      else button.remove();
    } catch (error) {
      button.disabled = false;
      context.show_error(error);
    }
  };
  button.addEventListener("click", fetch_more);
  const watch = new IntersectionObserver((entries) => {
    if (!button.isConnected) watch.disconnect();
    else if (entries.some((entry) => entry.isIntersecting)) fetch_more();
  }, { rootMargin: "200px" });
  watch.observe(button);
  return button;
}

function table_part(component, context) {
  const title = heading(component);
  if (component.rows.length === 0 && !component.next && component.empty) {
    return el("section", { class: "part" }, title, empty_state(component.empty));
  }
  const body = el("tbody");
  add_rows(body, component.rows, component, context);
  const label = component.title ?? context.title;
  return el("section", { class: "part" },
    title,
    component.total === undefined ? null : el("p", { class: "total" }, word("total", format.integer(component.total))),
    el("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": label },
      el("table", { class: "table" },
        el("thead", {}, el("tr", {}, component.columns.map((column) => header_cell(column, component, context)))), body),
      more_button(component, context, (part) => add_rows(body, part.rows, component, context))));
}

function chart_part(component, context) {
  const draw = component.kind === "funnel" ? funnel_chart : bar_chart;
  return el("section", { class: "part" }, heading(component), draw(component, context));
}

const entry_signs = { delivery: "✉", open: "◉", click: "➤", coupon: "%", order: "₩", refund: "↩" };

function timeline_entry(entry, context) {
  return el("li", { class: `entry kind-${entry.kind}` },
    el("span", { class: "entry-sign", "aria-hidden": "true" }, entry_signs[entry.kind] ?? "•"),
    el("div", { class: "entry-body" },
      el("div", { class: "entry-head" },
        el("span", { class: "entry-title" }, entry.open ? context.link(entry.open, entry.title) : entry.title),
        entry.status ? status_badge(entry.status) : null,
        entry.amount ? el("span", { class: "entry-amount" }, cell_content("money", entry.amount, context)) : null),
      entry.text ? el("p", { class: "entry-text" }, entry.text) : null),
    el("time", { datetime: entry.at }, format.datetime(entry.at, context.time_zone)));
}

function timeline_part(component, context) {
  const title = heading(component);
  if (component.entries.length === 0 && !component.next && component.empty) {
    return el("section", { class: "part" }, title, empty_state(component.empty));
  }
  const list = el("ol", { class: "timeline" });
  const add = (entries) => list.append(...entries.map((entry) => timeline_entry(entry, context)));
  add(component.entries);
  return el("section", { class: "part" }, title, list, more_button(component, context, (part) => add(part.entries)));
}

function notice_part(component) {
  const role = component.tone === "danger" || component.tone === "warning" ? "alert" : "status";
  return el("div", { class: `notice tone-${component.tone}`, role }, component.text);
}

function actions_part(component, context) {
  const button = (action) => action.kind === "open"
    ? context.link(action.open, action.label, "btn btn-outline-primary")
    : el("button", { type: "button", class: "btn btn-primary", "data-focus": `action-${action.key}`, onclick: () => context.download(action) }, action.label);
  return el("div", { class: "actions", role: "group", "aria-label": context.title }, component.actions.map(button));
}

const parts = {
  filters: filters_part, tiles: tiles_part, table: table_part, chart: chart_part, timeline: timeline_part,
  notice: notice_part, actions: actions_part,
};

// A component of a type that this host does not know yet is left out, as the schema allows.
export function part_of(component, context) {
  const make = parts[component.type];
  if (!make) return null;
  let element;
  try {
    element = make(component, context);
  } catch (error) {
    // One component that is not as it should be does not take the others with it.
    element = failure_notice({ code: "plugin", message: String(error) });
  }
  element.dataset.part = component.type;
  if (component.id) element.dataset.id = component.id;
  return element;
}

