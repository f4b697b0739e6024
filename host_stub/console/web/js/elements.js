// Builds elements. Text is always text: nothing here reads markup.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

// Not one that asks for a new tab or window.
export function is_plain_click(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
}

export function help_mark(text) {
  return el("button", { type: "button", class: "help", "aria-label": text, "data-help": text,
    onclick: (event) => event.currentTarget.classList.toggle("is-open") }, "?");
}

let last_id = 0;
export function new_id(prefix) {
  last_id += 1;
  return `${prefix}-${last_id}`;
}
