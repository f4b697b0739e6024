// Charts: funnels as bars of the page itself, values over time by Chart.js, and the same as a table.
import { el } from "./elements.js";
import * as format from "./format.js";
import { locale, word } from "./words.js";

function value_text(component, value) {
  if (value === null) return "–";
  return component.value_type === "money" ? format.chart_money(component, value) : format.integer(value);
}

// Names the step that this one is a part of, as the document says it.
function share_text({ share, of, note }) {
  const part = share === undefined ? "" : word("share_of", format.percent(share), of);
  return [part, note].filter(Boolean).join(" ");
}

export function funnel_chart(component) {
  const series = component.series[0];
  const largest = Math.max(1, ...series.values);
  const step = (label, index) => {
    const value = series.values[index];
    const bar = el("span", { class: "funnel-bar" });
    bar.style.width = `${(100 * (value ?? 0)) / largest}%`;
    return el("li", {}, el("span", { class: "funnel-label" }, label), el("span", { class: "funnel-track" }, bar),
      el("span", { class: "funnel-value" }, value_text(component, value)),
      el("span", { class: "funnel-share" }, share_text(component.steps?.[index] ?? {})));
  };
  return el("ol", { class: "funnel" }, component.labels.map(step));
}

function table_of(component) {
  const head = el("tr", {}, el("th", { scope: "col" }, component.title), component.series.map((series) => el("th", { scope: "col", class: "number" }, series.label)));
  const rows = component.labels.map((label, index) => el("tr", {}, el("th", { scope: "row" }, label),
    component.series.map((series) => el("td", { class: "number" }, value_text(component, series.values[index])))));
  return el("details", { class: "chart-table" }, el("summary", {}, word("as_table")), el("table", { class: "table" }, el("thead", {}, head), el("tbody", {}, rows)));
}

const bar_width_max = 36;

// Fetched when the first chart is to be drawn: most pages have none.
let library;
function chart_library() {
  library ??= new Promise((resolve, reject) => {
    document.head.append(el("script", { src: "/assets/chart.js", onload: () => resolve(window.Chart), onerror: () => reject(new Error("chart.js")) }));
  });
  return library;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function bar_chart(component, context) {
  const canvas = el("canvas", { role: "img", "aria-label": component.title });
  const frame = el("div", { class: "chart" }, canvas);
  const compact = new Intl.NumberFormat(locale(), { notation: "compact" });
  // Few labels leave much room: the bars of one label stay together all the same.
  const group_width = () => Math.min(0.8, (component.series.length * 1.2 * bar_width_max * component.labels.length) / Math.max(1, frame.clientWidth));
  const unit = component.value_type === "money" ? 10 ** component.minor_digits : 1;
  // Its size is known once it is on the page.
  context.when_shown(frame, async () => {
    const Chart = await chart_library();
    if (!frame.isConnected) return null;
    const colours = ["--accent", "--accent-2", "--accent-3"].map(colour);
    const grid = colour("--line");
    const text = colour("--muted");
    return new Chart(canvas, {
      type: "bar",
      data: {
        labels: component.labels,
        datasets: component.series.map((series, index) => ({
          label: series.label, data: series.values, backgroundColor: colours[index % colours.length], borderRadius: 3, maxBarThickness: bar_width_max, categoryPercentage: group_width() })),
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: component.series.length > 1, labels: { color: text } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}  ${value_text(component, item.raw)}` } },
        },
        scales: {
          x: { grid: { display: false }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 } },
          y: { beginAtZero: true, grid: { color: grid, drawBorder: false }, ticks: { color: text, precision: 0, callback: (value) => compact.format(value / unit) } },
        },
      },
    });
  });
  return el("div", {}, frame, table_of(component));
}
