// One view on the screen, as a page or in a dialog: loads its document, shows its parts, and keeps
// them up to date without disturbing who reads them.
import { el } from "./elements.js";
import { get } from "./api.js";
import { part_of } from "./parts.js";
import { request_path } from "./router.js";
import { error_text, locale, word } from "./words.js";

const spinner_after_ms = 300;

function busy_mark() {
  return el("div", { class: "busy", role: "status" }, el("span", { class: "spinner-border spinner-border-sm", "aria-hidden": "true" }), word("loading"));
}

export class View {
  // `host`: link(open, content, class), open(open), download(action), unmask(), changed(params, how),
  // signed_out(error).
  constructor(root, place, host) {
    this.root = root;
    this.place = place;
    this.host = host;
    this.shown = []; // {text, element} a component
    this.charts = new Map(); // frame -> Chart
    this.has_more_pages = false;
  }

  close() {
    this.abort?.abort();
    for (const chart of this.charts.values()) chart.destroy();
    this.charts.clear();
  }

  path(params = this.place.params) {
    return request_path({ ...this.place, params }, { locale: locale(), unmask: this.host.unmask() });
  }

  async load() {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const spinner = busy_mark();
    const timer = setTimeout(() => this.root.prepend(spinner), spinner_after_ms);
    try {
      const document = await get(this.path(), { signal: abort.signal });
      if (abort.signal.aborted) return null;
      this.has_more_pages = false;
      this.show(document);
      return document;
    } catch (error) {
      if (abort.signal.aborted) return null;
      if (error.status === 401) this.host.signed_out(error);
      else this.show_failure(error);
      return null;
    } finally {
      clearTimeout(timer);
      spinner.remove();
    }
  }

  // What changed meanwhile; rows that were fetched after the first page stay as they are.
  async refresh() {
    if (!this.document) return;
    const abort = this.abort;
    let document;
    try {
      document = await get(this.path(), { is_refresh: true, signal: abort.signal });
    } catch (error) {
      if (error.status === 401 && !abort.signal.aborted) this.host.signed_out(error);
      return; // the next one may succeed
    }
    if (!abort.signal.aborted && this.root.isConnected) this.show(document);
  }

  show(document) {
    this.document = document;
    const focused = window.document.activeElement?.dataset?.focus;
    const context = this.context(document);
    const shown = document.components.map((component, index) => this.shown_part(component, index, context));
    const elements = shown.map((part) => part.element).filter(Boolean);
    // Parts that stay keep their place, so that what has the focus keeps it.
    this.root.querySelectorAll(":scope > .failure").forEach((element) => element.remove());
    for (const part of this.shown) if (!elements.includes(part.element)) part.element?.remove();
    elements.forEach((element, index) => {
      if (this.root.children[index] !== element) this.root.insertBefore(element, this.root.children[index] ?? null);
    });
    this.shown = shown;
    this.drop_lost_charts();
    if (focused && window.document.activeElement === window.document.body) {
      this.root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  shown_part(component, index, context) {
    const text = JSON.stringify(component);
    const before = this.shown[index];
    if (before && before.type === component.type) {
      const is_kept = before.text === text ||
        (component.type === "table" && this.has_more_pages) ||
        (component.type === "timeline" && this.has_more_pages) ||
        (component.type === "filters" && before.element?.contains(window.document.activeElement) && before.shape === shape_of(component));
      if (is_kept) return { ...before, text };
    }
    return { type: component.type, text, shape: shape_of(component), element: part_of(component, context) };
  }

  context(document) {
    return {
      title: document.title,
      time_zone: document.time_zone,
      params: this.place.params,
      link: (open, content, name) => this.host.link(this.place, open, content, name),
      open: (open) => this.host.open(this.place, open),
      download: (action) => this.host.download(this.place, action, document),
      set_params: (changes, how) => this.host.changed(this, changes, how),
      show_error: (error) => (error.status === 401 ? this.host.signed_out(error) : this.show_failure(error)),
      more: async (component, cursor) => {
        const answer = await get(this.path({ ...this.place.params, cursor }));
        this.has_more_pages = true;
        return answer.components.find((part) => part.id === component.id && part.type === component.type);
      },
      when_shown: (frame, draw) => requestAnimationFrame(async () => {
        const chart = await draw();
        if (chart) this.charts.set(frame, chart);
      }),
    };
  }

  drop_lost_charts() {
    for (const [frame, chart] of this.charts) {
      if (frame.isConnected) continue;
      chart.destroy();
      this.charts.delete(frame);
    }
  }

  show_failure(error) {
    this.root.querySelectorAll(":scope > .failure").forEach((element) => element.remove());
    this.root.prepend(el("div", { class: "failure notice tone-danger", role: "alert", "data-code": error.code ?? "failed" },
      el("p", {}, error_text(error)),
      error.message ? el("p", { class: "failure-detail", lang: "en" }, error.message) : null,
      el("button", { type: "button", class: "btn btn-outline-secondary btn-sm", onclick: () => this.load() }, word("retry"))));
  }
}

// A filter bar whose fields are the same need not be built anew when only values differ.
function shape_of(component) {
  if (component.type !== "filters") return "";
  return JSON.stringify(component.fields.map(({ value, ...field }) => field));
}
