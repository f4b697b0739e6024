// One view on the screen, as a page or in a dialog: loads its document, shows its parts, and keeps
// them up to date without disturbing who reads them.
import { el } from "./elements.js";
import { get } from "./api.js";
import { failure_notice } from "./failure.js";
import { update_filters } from "./filters.js";
import { part_of } from "./parts.js";
import { request_path } from "./router.js";
import { locale, word } from "./words.js";

const spinner_after_ms = 300;

function busy_mark() {
  return el("div", { class: "busy", role: "status" }, el("span", { class: "spinner-border spinner-border-sm", "aria-hidden": "true" }), word("loading"));
}

export class View {
  // `host`: link(open, content, class), open(open), download(action), unmask(), changed(params, how),
  // signed_out(error). `told`: shown(document) and failed(error), whenever that happens.
  constructor(root, place, host, told) {
    this.root = root;
    this.place = place;
    this.host = host;
    this.told = told;
    this.is_closed = false;
    this.shown = []; // {type, text, shape, element} a component
    this.charts = new Map(); // frame -> Chart
    this.has_more_pages = false;
  }

  close() {
    this.is_closed = true;
    this.abort?.abort();
    for (const chart of this.charts.values()) chart.destroy();
    this.charts.clear();
  }

  path(params = this.place.params) {
    return request_path({ ...this.place, params }, { locale: locale(), unmask: this.host.unmask() });
  }

  async load() {
    if (this.is_closed) return;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const spinner = busy_mark();
    const timer = setTimeout(() => this.root.prepend(spinner), spinner_after_ms);
    try {
      const document = await get(this.path(), { signal: abort.signal });
      if (abort.signal.aborted) return;
      this.has_more_pages = false;
      this.show(document);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.show_error(error);
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
    this.told.shown(document);
    if (focused && window.document.activeElement === window.document.body) {
      this.root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  shown_part(component, index, context) {
    const text = JSON.stringify(component);
    const before = this.shown[index];
    if (before?.type === component.type) {
      if (component.type === "filters" && before.shape === shape_of(component)) {
        update_filters(before.element, component, context);
        return before;
      }
      const is_longer = this.has_more_pages && ["table", "timeline"].includes(component.type);
      if (before.text === text || is_longer) return before;
    }
    return { type: component.type, text, shape: shape_of(component), element: part_of(component, context) };
  }

  context(document) {
    return {
      title: document.title,
      time_zone: document.time_zone,
      params: this.place.params,
      current_params: () => this.place.params,
      link: (open, content, name) => this.host.link(this.place, open, content, name),
      open: (open) => this.host.open(this.place, open),
      download: (action) => this.host.download(this.place, action, document),
      set_params: (changes, how) => this.host.changed(this, changes, how),
      show_error: (error) => this.show_error(error),
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

  show_error(error) {
    if (error.status === 401) {
      this.host.signed_out(error);
      return;
    }
    this.root.querySelectorAll(":scope > .failure").forEach((element) => element.remove());
    this.root.prepend(failure_notice(error, () => this.load()));
    this.told.failed(error);
  }
}

// A filter bar whose fields are the same is kept when only values differ, and with it the focus.
function shape_of(component) {
  if (component.type !== "filters") return "";
  return JSON.stringify(component.fields.map(({ value, ...field }) => field));
}
