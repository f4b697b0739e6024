// Every figure on the screen is the one that crm-host view prints.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { demo, message, pages, params_of } from "./shop_pages.mjs";
import { World, crm, export_once, path_of, settled, tenant } from "./world.mjs";

let world;
let page;

before(async () => {
  world = await World.open([demo]);
  export_once(world, message);
});
after(() => world.close());
afterEach(async () => {
  const left = page;
  page = null;
  if (left) await world.leave(left);
});

function printed(view, params, locale) {
  const options = Object.entries(params).flatMap(([key, value]) => ["--param", `${key}=${value}`]);
  return JSON.parse(crm("view", "--data", world.data, "--tenant", tenant, view, "--locale", locale, ...options));
}

function money(value, locale) {
  const amount = ({ amount_minor, currency, minor_digits }) => {
    if (currency === "KRW" && locale === "ko") return `${amount_minor.toLocaleString("ko")}원`;
    const form = new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: minor_digits, maximumFractionDigits: minor_digits });
    return form.format(amount_minor / 10 ** minor_digits);
  };
  return [value].flat().map(amount).join("");
}

// As the text says it, which carries the shop's own offset.
function time(value) {
  return `${value.slice(0, 10)} ${value.slice(11, 16)}`;
}

function cell(type, value, locale) {
  if (value === null) return "–";
  switch (type) {
    case "integer": return value.toLocaleString(locale);
    case "percent": return typeof value === "string" ? value : value.toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 });
    case "money": return money(value, locale);
    case "datetime": return time(value);
    case "status":
    case "reason":
    case "link": return value.label;
    case "member": return value.text;
    default: return value;
  }
}

// A single attempt is what the row itself says.
const steps_of = (row) => (row.attempts?.length > 1 ? row.attempts : []);
const attempt = (given) => [given.channel.label, given.status.label, time(given.at), given.reason?.label ?? ""].join("");

// It grows between the two looks.
const moving = "last_batch_age";

// What a component has to say, as lists of texts.
function expected(part, locale) {
  const value = (given) => {
    if (given === null) return "–";
    return part.value_type === "money" ? money({ amount_minor: given, currency: part.currency, minor_digits: part.minor_digits }, locale) : given.toLocaleString(locale);
  };
  const share = ({ of, share: part_of, note }) => {
    if (part_of === undefined) return note ?? "";
    const text = part_of.toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 });
    return locale === "ko" ? `${of}의 ${text}` : `${text} of “${of}”`;
  };
  switch (part.type) {
    case "tiles": return part.tiles.filter((tile) => tile.key !== moving).map((tile) => [tile.key, tile.label, cell(tile.type, tile.value, locale)]);
    case "table":
      return [part.total === undefined ? "" : part.total.toLocaleString(locale),
        ...part.rows.map((row) => [...part.columns.map((column) => cell(column.type, row[column.key], locale)), steps_of(row).map(attempt).join("|")])];
    case "chart":
      if (part.kind === "funnel") return part.labels.map((label, index) => [label, value(part.series[0].values[index]), share(part.steps[index])]);
      return [part.series.map((series) => series.values), ...part.labels.map((label, index) => [label, ...part.series.map((series) => value(series.values[index]))])];
    case "timeline":
      return part.entries.map((entry) => [time(entry.at), entry.title, entry.status?.label ?? "", entry.amount ? money(entry.amount, locale) : "", entry.text ?? ""]);
    default: return null;
  }
}

// The same, read from the page.
function shown(part) {
  const text = (element, without = ".help, .attempts") => {
    if (!element) return "";
    const copy = element.cloneNode(true);
    copy.querySelectorAll(without).forEach((inner) => inner.remove());
    return copy.textContent;
  };
  const root = document.querySelector(`main [data-part="${part.type}"][data-id="${part.id}"]`);
  if (!root) return "it is not on the page";
  const all = (selector, within = root) => [...within.querySelectorAll(selector)];
  switch (part.type) {
    case "tiles": return all(".tile").filter((tile) => tile.dataset.key !== part.moving).map((tile) => [tile.dataset.key, text(tile.querySelector("dt")), text(tile.querySelector("dd"))]);
    case "table":
      return [text(root.querySelector(".total")).replace(/[^\d,.]/g, ""),
        ...all(".table-frame tbody tr").map((row) => [...all(":scope > td", row).map((cell) => text(cell)), all(".attempts > li", row).map((step) => text(step)).join("|")])];
    case "chart":
      if (part.kind === "funnel") return all(".funnel li").map((step) => [text(step.querySelector(".funnel-label")), text(step.querySelector(".funnel-value")), text(step.querySelector(".funnel-share"))]);
      return [window.Chart.getChart(root.querySelector("canvas")).data.datasets.map((set) => [...set.data]),
        ...all(".chart-table tbody tr").map((row) => all("th, td", row).map((cell) => text(cell)))];
    case "timeline":
      return all(".entry").map((entry) => [text(entry.querySelector(":scope > time")), text(entry.querySelector(".entry-title")), text(entry.querySelector(".status")), text(entry.querySelector(".entry-amount")), text(entry.querySelector(".entry-text"))]);
    default: return null;
  }
}

for (const locale of ["ko", "en"]) {
  describe(`what is on the screen equals what crm-host view prints, ${locale}`, () => {
    for (const [name, view, given, role] of pages) {
      test(name, async () => {
        const params = params_of(world, given);
        page = await world.visit(role, { locale, path: path_of(world.plugin, view, params) });
        await settled(page);
        const document = printed(view, params, locale);
        assert.equal(await page.locator("main h1").textContent(), document.title);
        const drawn = document.components.filter((part) => part.type === "chart" && part.kind !== "funnel");
        if (drawn.length > 0) await page.waitForFunction((count) => Object.keys(window.Chart?.instances ?? {}).length === count, drawn.length);
        let compared = 0;
        for (const part of document.components) {
          const wanted = expected(part, locale);
          if (!wanted) continue;
          if (part.type === "table" && part.rows.length === 0) continue; // its empty state has no figures
          let found = await page.evaluate(shown, { type: part.type, id: part.id, kind: part.kind, moving });
          // What follows may be there already.
          if (part.next && Array.isArray(found)) found = found.slice(0, wanted.length);
          assert.deepEqual(found, wanted, `${part.type} ${part.id}`);
          compared += 1;
        }
        assert.ok(compared > 0);
      });
    }
  });
}
