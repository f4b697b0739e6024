// Filter fields: each sets a parameter of the view; text as it is typed.
import { el, new_id } from "./elements.js";
import { word } from "./words.js";

const typing_ms = 250;

function input_of(field, id, context) {
  const value = field.value ?? context.params[field.key] ?? "";
  const attributes = { id, name: field.key, "data-focus": `filter-${field.key}`, class: "form-control form-control-sm" };
  if (field.type === "select") {
    attributes.class = "form-select form-select-sm";
    const options = field.options.map((option) => el("option", { value: option.value, selected: option.value === value }, option.label));
    const has_all = field.options.some((option) => option.value === "");
    if (!has_all) options.unshift(el("option", { value: "", selected: value === "" }, word("all")));
    return el("select", { ...attributes, onchange: (event) => context.set_params({ [field.key]: event.target.value }) }, options);
  }
  if (field.type === "date") {
    return el("input", { ...attributes, type: "date", value, max: "2199-12-31",
      onchange: (event) => context.set_params({ [field.key]: event.target.value }) });
  }
  let timer;
  const typed = (event) => {
    clearTimeout(timer);
    // Korean syllables are put together from several keys; a half one is no search.
    if (event.isComposing) return;
    const now = event.target.value;
    timer = setTimeout(() => context.set_params({ [field.key]: now }, { is_typing: true }), typing_ms);
  };
  return el("input", { ...attributes, type: "search", value, placeholder: field.placeholder, autocomplete: "off", maxlength: 200,
    oninput: typed, oncompositionend: typed });
}

export function filters_part(component, context) {
  const fields = component.fields.map((field) => {
    const id = new_id("filter");
    return el("div", { class: `filter filter-${field.type}` }, el("label", { for: id }, field.label), input_of(field, id, context));
  });
  const is_set = component.fields.some((field) => (context.params[field.key] ?? "") !== "");
  const cleared = Object.fromEntries(component.fields.map((field) => [field.key, ""]));
  return el("form", { class: "filters", role: "search", "aria-label": context.title, onsubmit: (event) => event.preventDefault() }, fields,
    is_set ? el("button", { type: "button", class: "btn btn-link btn-sm clear", "data-focus": "filter-clear", onclick: () => context.set_params(cleared) }, word("clear")) : null);
}
