// A notice in place of what could not be shown, with a way on.
import { el } from "./elements.js";
import { error_text, word } from "./words.js";

export function failure_notice(error, retry) {
  return el("div", { class: "failure notice tone-danger", role: "alert", "data-code": error.code ?? "failed" },
    el("p", {}, error_text(error)),
    error.message ? el("p", { class: "failure-detail", lang: "en" }, error.message) : null,
    retry ? el("button", { type: "button", class: "btn btn-outline-secondary btn-sm", onclick: retry }, word("retry")) : null);
}

// Where there is nothing yet: what that means, and what to do next.
export function empty_state(empty) {
  return el("div", { class: "empty" }, el("p", { class: "empty-text" }, empty.text),
    el("p", { class: "empty-next" }, empty.next_step));
}
