// Table cells and tile values, by the type of their column.
import { el, help_mark } from "./elements.js";
import * as format from "./format.js";
import { word } from "./words.js";

const numeric = new Set(["integer", "money", "percent"]);
export function is_numeric(type) {
  return numeric.has(type);
}

export function status_badge(status) {
  return el("span", { class: `status tone-${status.tone}`, "data-value": status.value }, status.label);
}

// The advice is long; it waits behind its mark.
export function reason_text(reason) {
  const code = reason.code ? ` (${word("code")} ${reason.code})` : "";
  return el("span", { class: "reason" }, reason.label, help_mark(reason.advice + code));
}

function money_text(value) {
  const texts = format.money_texts(value);
  return texts.length === 1 ? texts[0] : el("span", { class: "currencies" }, texts.map((text) => el("span", {}, text)));
}

const short_max = 24;
const long_min = 120; // a text that would make a column of many short lines
// Short ones stay on one line; long ones, such as digests, break within a column of their own.
function id_class(text) {
  return text.length <= short_max ? "is-short" : "is-long";
}

function member_text(member, context) {
  const text = el("span", { class: `member member-${member.state} ${id_class(member.text)}` }, member.text);
  return member.open ? context.link(member.open, text) : text;
}

// `context.link(open, content)` makes a link to a view.
export function cell_content(type, value, context) {
  if (value === null || value === undefined) return el("span", { class: "nothing", "aria-hidden": "true" }, "–");
  switch (type) {
    case "integer": return format.integer(value);
    // A text says why there is no percentage.
    case "percent": return typeof value === "string" ? el("span", { class: "nothing" }, value) : format.percent(value);
    case "money": return money_text(value);
    case "datetime": return el("time", { datetime: value }, format.datetime(value, context.time_zone));
    case "status": return status_badge(value);
    case "reason": return reason_text(value);
    case "member": return member_text(value, context);
    case "link": return context.link(value.open, value.label);
    case "id": return el("span", { class: `id ${id_class(value)}` }, value);
    default: return String(value).length > long_min ? el("span", { class: "long-text" }, value) : String(value);
  }
}
