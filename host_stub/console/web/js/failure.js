// A notice in place of what could not be shown, with a way on.
import { el } from "./elements.js";
import { error_text, locale, word } from "./words.js";

// A detail is shown in the page's language only; the log of the host has the others.
function detail_of(error) {
  const is_korean = /[가-힣]/.test(error.message ?? "");
  return error.message && is_korean === (locale() === "ko") ? error.message : null;
}

export function failure_notice(error, retry) {
  const detail = detail_of(error);
  return el("div", { class: "failure notice tone-danger", role: "alert", "data-code": error.code ?? "failed" },
    el("p", {}, error.text ?? error_text(error)),
    detail ? el("p", { class: "failure-detail" }, detail) : null,
    retry ? el("button", { type: "button", class: "btn btn-outline-secondary btn-sm", onclick: retry }, word("retry")) : null);
}

// Where there is nothing yet: what that means, and what to do next.
export function empty_state(empty) {
  return el("div", { class: "empty" }, el("p", { class: "empty-text" }, empty.text),
    el("p", { class: "empty-next" }, empty.next_step));
}
