// Filter fields: each sets a parameter of the view; text as it is typed.
import { el, new_id } from "./elements.js";
import { word } from "./words.js";

const typing_ms = 250;

function value_of(field, context) {
  return field.value ?? context.params[field.key] ?? "";
}

// `typing.timer` runs while what was typed is not asked for yet.
function input_of(field, id, context, typing) {
  const value = value_of(field, context);
  const attributes = { id, name: field.key, "data-focus": `filter-${field.key}`, class: "form-control form-control-sm" };
  const changed = (event) => context.set_params({ [field.key]: event.target.value });
  if (field.type === "select") {
    attributes.class = "form-select form-select-sm";
    const options = field.options.map((option) => el("option", { value: option.value, selected: option.value === value }, option.label));
    const has_all = field.options.some((option) => option.value === "");
    if (!has_all) options.unshift(el("option", { value: "", selected: value === "" }, word("all")));
    return el("select", { ...attributes, onchange: changed }, options);
  }
  if (field.type === "date") return el("input", { ...attributes, type: "date", value, max: "2199-12-31", onchange: changed });
  const typed = (event) => {
    clearTimeout(typing.timer);
    // Korean syllables are put together from several keys; a half one is no search.
    if (event.isComposing) return;
    const now = event.target.value;
    typing.timer = setTimeout(() => context.set_params({ [field.key]: now }, { is_typing: true }), typing_ms);
  };
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
    for (const input of inputs.values()) input.value = "";
    inputs.values().next().value?.focus();
    context.set_params(Object.fromEntries(component.fields.map((field) => [field.key, ""])));
  };
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm clear", "data-focus": "filter-clear", onclick: clear_all }, word("clear"));
  const bar = el("form", { class: "filters", role: "search", "aria-label": context.title, onsubmit: (event) => event.preventDefault() }, fields, clear);
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
