// Filter fields: each sets a parameter of the view; text as it is typed.
import { el, new_id } from "./elements.js";
import { word } from "./words.js";

const typing_ms = 250;
const first_day = "1970-01-01";
const last_day = "2199-12-31";

function value_of(field, context) {
  return field.value ?? context.params[field.key] ?? "";
}

// The part of a text that can be searched for. Korean syllables are put together from several keys: the last one is searched for as
// far as it has come, but a lone first key of it matches nothing.
export function searchable(text, is_composing) {
  return is_composing ? text.replace(/[\u3131-\u3163]+$/, "") : text;
}

// A day that is not whole yet, or that is being typed (0002, 0020, 0202, 2026), is none.
export function is_whole_day(input) {
  return input.value === "" ? !input.validity.badInput : input.value >= first_day && input.value <= last_day;
}

// `typing.timer` runs while what was typed is not asked for yet; `typing.ask` asks for it at once.
function input_of(field, id, context, typing) {
  const value = value_of(field, context);
  const attributes = { id, name: field.key, "data-focus": `filter-${field.key}`, class: "form-control form-control-sm" };
  const ask_soon = (now) => {
    clearTimeout(typing.timer);
    typing.ask = () => {
      clearTimeout(typing.timer);
      typing.ask = null;
      if (now !== value_of({ key: field.key }, { params: context.current_params() })) context.set_params({ [field.key]: now }, { is_typing: true });
    };
    typing.timer = setTimeout(typing.ask, typing_ms);
  };
  if (field.type === "select") {
    attributes.class = "form-select form-select-sm";
    const options = field.options.map((option) => el("option", { value: option.value, selected: option.value === value }, option.label));
    const has_all = field.options.some((option) => option.value === "");
    if (!has_all) options.unshift(el("option", { value: "", selected: value === "" }, word("all")));
    return el("select", { ...attributes, onchange: (event) => context.set_params({ [field.key]: event.target.value }) }, options);
  }
  if (field.type === "date") {
    const changed = (event) => {
      clearTimeout(typing.timer);
      if (is_whole_day(event.target)) ask_soon(event.target.value);
    };
    // Puts a half-typed value back to the one in force.
    const left = (event) => {
      if (!is_whole_day(event.target)) event.target.value = context.current_params()[field.key] ?? "";
    };
    return el("input", { ...attributes, type: "date", value, min: first_day, max: last_day, oninput: changed, onblur: left });
  }
  const typed = (event) => ask_soon(searchable(event.target.value, event.isComposing));
  return el("input", { ...attributes, type: "search", value, placeholder: field.placeholder, autocomplete: "off", maxlength: 200,
    oninput: typed, oncompositionend: typed });
}

export function filters_part(component, context) {
  const typing = {};
  const inputs = new Map();
  const fields = component.fields.map((field) => {
    const id = new_id("filter");
    inputs.set(field.key, input_of(field, id, context, typing));
    return el("div", { class: `filter filter-${field.type}` }, el("label", { for: id }, field.label), inputs.get(field.key));
  });
  const clear_all = () => {
    clearTimeout(typing.timer);
    typing.ask = null;
    for (const input of inputs.values()) input.value = "";
    inputs.values().next().value?.focus();
    context.set_params(Object.fromEntries(component.fields.map((field) => [field.key, ""])));
  };
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm clear", "data-focus": "filter-clear", onclick: clear_all }, word("clear"));
  const bar = el("form", { class: "filters", role: "search", "aria-label": context.title, onsubmit: (event) => {
    event.preventDefault();
    typing.ask?.();
  } }, fields, clear);
  update_filters(bar, component, context);
  return bar;
}

// Of a bar with the same fields, the values now in force; a field that is being used is left alone.
export function update_filters(bar, component, context) {
  for (const field of component.fields) {
    const input = bar.elements[field.key];
    const value = value_of(field, context);
    if (input !== document.activeElement && input.value !== value) input.value = value;
  }
  bar.querySelector(".clear").hidden = component.fields.every((field) => value_of(field, context) === "");
}
