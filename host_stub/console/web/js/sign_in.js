// The sign-in form.
import { post } from "./api.js";
import { el, new_id } from "./elements.js";
import { error_text, word } from "./words.js";

// `why`: the error that led here, if any. Calls `done` with the session.
export function sign_in_form(why, done, switch_language) {
  const name_id = new_id("name");
  const password_id = new_id("password");
  const problem = el("div", { role: "alert", class: "sign-in-problem" });
  const tell = (error) => {
    problem.replaceChildren(el("div", { class: "notice tone-danger", "data-code": error.code }, error_text(error)));
  };
  if (why && why.code !== "signed_out") tell(why);
  const name = el("input", { id: name_id, name: "name", class: "form-control", autocomplete: "username", required: true, maxlength: 64 });
  const password = el("input", { id: password_id, name: "password", type: "password", class: "form-control", autocomplete: "current-password", required: true, maxlength: 256 });
  const button = el("button", { type: "submit", class: "btn btn-primary w-100" }, word("sign_in"));
  const form = el("form", { class: "sign-in" },
    el("h1", {}, word("brand")), el("p", { class: "muted" }, word("sign_in_lead")), problem,
    el("label", { class: "form-label", for: name_id }, word("name")), name,
    el("label", { class: "form-label", for: password_id }, word("password")), password, button,
    el("button", { type: "button", class: "btn btn-link btn-sm", onclick: switch_language }, word("language")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      done(await (await post("/api/sign-in", { name: name.value.trim(), password: password.value })).json());
    } catch (error) {
      tell(error);
      password.value = "";
      password.focus();
    } finally {
      button.disabled = false;
    }
  });
  return el("main", { class: "sign-in-page" }, form);
}
