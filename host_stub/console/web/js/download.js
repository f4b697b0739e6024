// Downloading a signed CSV: the reason, the format, progress, the file, its proof, and how to check it.
import { get, post } from "./api.js";
import { open_dialog } from "./dialogs.js";
import { el, new_id } from "./elements.js";
import * as format from "./format.js";
import { error_text, locale, word } from "./words.js";

const progress_ms = 100;

function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// A name that no earlier download of this browser has: it would number the file and its proof each
// in its own way, and the two would no longer belong together.
function next_name(base) {
  const key = `downloads ${base}`;
  const number = Number(localStorage.getItem(key) ?? 0) + 1;
  localStorage.setItem(key, number);
  return `${base}${number === 1 ? "" : `_${number}`}.csv`;
}

// "발송내역_M-1_2026-11-30": what it is, of what, and of which day in the shop's time zone.
function base_name(message, time_zone) {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: time_zone, dateStyle: "short" }).format(new Date());
  return `${word("file_name")}_${message.replace(/[^\p{L}\p{N}._-]/gu, "_").slice(0, 80)}_${day}`;
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Bytes of the whole answer; fails when the connection ends before it.
async function receive(response, on_progress) {
  const chunks = [];
  let bytes = 0;
  let told = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (performance.now() - told > progress_ms) {
      told = performance.now();
      on_progress(bytes);
    }
  }
  on_progress(bytes);
  return new Blob(chunks, { type: "text/csv" });
}

function choice(name, value, label, help, checked) {
  const id = new_id("choice");
  return el("div", { class: "form-check" },
    el("input", { class: "form-check-input", type: "radio", name, value, id, checked }),
    el("label", { class: "form-check-label", for: id }, label, el("span", { class: "form-text" }, help)));
}

function request_form({ may_unmask }, begin) {
  const reason_id = new_id("reason");
  const hint = el("p", { class: "field-error", role: "alert" });
  const reason = el("input", { id: reason_id, class: "form-control", name: "reason", maxlength: 500, placeholder: word("reason_hint"), autocomplete: "off", required: true });
  const unmask_id = new_id("unmask");
  const form = el("form", { class: "download", novalidate: true },
    el("p", {}, word("download_lead")),
    el("label", { class: "form-label", for: reason_id }, word("reason")), reason, hint,
    el("fieldset", {}, el("legend", { class: "form-label" }, word("dialect")),
      choice("dialect", "spreadsheet-v1", word("dialect_spreadsheet"), word("dialect_spreadsheet_help"), true),
      choice("dialect", "raw-v1", word("dialect_raw"), word("dialect_raw_help"), false)),
    may_unmask ? el("div", { class: "form-check" }, el("input", { class: "form-check-input", type: "checkbox", name: "unmask", id: unmask_id }),
      el("label", { class: "form-check-label", for: unmask_id }, word("unmask"))) : null,
    el("button", { type: "submit", class: "btn btn-primary" }, word("begin")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    if (given.get("reason").trim() === "") {
      hint.textContent = word("reason_missing");
      reason.focus();
      return;
    }
    begin({ reason: given.get("reason").trim(), dialect: given.get("dialect"), unmask: given.get("unmask") === "on" });
  });
  return form;
}

// Saves the file, and gives what is shown about it.
function finished(blob, base, proof) {
  const jws = new Blob([proof.jws], { type: "application/jose" });
  const command = el("pre", { class: "command" });
  let name = "";
  let has_proof = false;
  const save_csv = () => {
    name = next_name(base);
    has_proof = false;
    command.textContent = `crm-host verify --jwks keys.jwks ${name}`;
    save(blob, name);
  };
  // A second proof comes with a copy of the file, since both need one name.
  const save_proof = () => {
    if (has_proof) save_csv();
    has_proof = true;
    save(jws, `${name}.jws`);
  };
  save_csv();
  return el("div", { class: "download-done", "data-sha256": proof.sha256, "data-rows": proof.rows },
    el("p", { class: "notice tone-success", role: "status" }, word("done", format.integer(proof.rows), format.bytes(proof.bytes))),
    el("div", { class: "actions" },
      el("button", { type: "button", class: "btn btn-primary", onclick: save_proof }, word("proof")),
      el("a", { class: "btn btn-outline-primary", href: "/jwks.json", download: "keys.jwks" }, word("keys")),
      el("button", { type: "button", class: "btn btn-outline-secondary", onclick: save_csv }, word("save_again"))),
    el("p", {}, word("verify_help")), command);
}

// What had the focus goes: it stays in the dialog, so that Escape and Tab go on from there.
function show(dialog_body, ...parts) {
  dialog_body.replaceChildren(...parts);
  dialog_body.closest(".modal")?.focus();
}

async function run(dialog_body, request, base, signal) {
  const progress = el("p", { class: "progress-text", role: "status" });
  show(dialog_body, el("div", { class: "spinner-border", "aria-hidden": "true" }), progress);
  const on_progress = (bytes) => { progress.textContent = word("received", format.bytes(bytes)); };
  on_progress(0);
  const response = await post("/api/exports", request, { signal });
  const id = response.headers.get("X-Export");
  let blob;
  try {
    blob = await receive(response, on_progress);
  } catch (error) {
    throw error.name === "AbortError" ? error : Object.assign(new Error(""), { text: word("broken") });
  }
  const proof = await get(`/api/exports/${id}`);
  const sha256 = hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  if (blob.size !== proof.bytes || sha256 !== proof.sha256) throw Object.assign(new Error(""), { text: word("mismatch") });
  show(dialog_body, finished(blob, base, proof));
}

// `place` says of which tenant and plugin; `action` is the document's.
export function open_download(place, action, { may_unmask, signed_out, time_zone }) {
  const abort = new AbortController();
  const body = el("div");
  const message = action.export.message_id;
  const base = base_name(message, time_zone);
  const begin = async (given) => {
    try {
      await run(body, { plugin: place.plugin, tenant: place.tenant, message_id: message, locale: locale(), ...given }, base, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      if (error.status === 401) {
        signed_out(error);
        return;
      }
      show(body,
        el("div", { class: "notice tone-danger", role: "alert", "data-code": error.code ?? "failed" }, error.text ?? error_text(error)),
        request_form({ may_unmask }, begin));
    }
  };
  body.append(request_form({ may_unmask }, begin));
  open_dialog(action.label, body, { size: "", onclose: () => abort.abort() });
}
