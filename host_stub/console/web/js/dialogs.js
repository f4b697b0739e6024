// Dialogs over the page: Escape closes them, the focus stays inside and then goes back.
import { el, new_id } from "./elements.js";
import { word } from "./words.js";

let opened = [];

// All of them, the last first: what they were over is going away.
export function close_dialogs() {
  for (const dialog of [...opened].reverse()) dialog.close();
}

export function open_dialog(title, body, { onclose, size = "modal-lg" } = {}) {
  const title_id = new_id("dialog");
  const heading = el("h2", { class: "modal-title", id: title_id }, title);
  const element = el("div", { class: "modal", tabindex: "-1", "aria-labelledby": title_id, "aria-modal": "true", role: "dialog" },
    el("div", { class: `modal-dialog modal-dialog-scrollable modal-fullscreen-sm-down ${size}` },
      el("div", { class: "modal-content" },
        el("div", { class: "modal-header" }, heading,
          el("button", { type: "button", class: "btn-close", "data-bs-dismiss": "modal", "aria-label": word("close") })),
        el("div", { class: "modal-body" }, body))));
  document.body.append(element);
  const modal = new window.bootstrap.Modal(element);
  const opener = document.activeElement;
  element.addEventListener("hidden.bs.modal", () => {
    modal.dispose();
    element.remove();
    opened = opened.filter((other) => other !== dialog);
    onclose?.();
    if (opener?.isConnected) opener.focus();
  });
  const dialog = { close: () => modal.hide(), set_title: (text) => { heading.textContent = text; } };
  opened.push(dialog);
  modal.show();
  return dialog;
}
