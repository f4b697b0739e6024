// What a marketer sees and does, in a real browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { World, axe_source, crm, path_of, pictures, settled, tenant } from "./world.mjs";

const demo = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../host_stub/shop/demo.ndjson");
const axe = readFileSync(axe_source, "utf8"); // past the page's own policy
const message = "C-1105";
let world;
let plugin;
let page;

before(async () => {
  world = await World.open([demo]);
  plugin = world.plugin;
});
after(() => world.close());
afterEach(async () => {
  const left = page;
  page = null;
  if (left) await world.leave(left);
});

function shown(view, params = {}) {
  const options = Object.entries(params).flatMap(([key, value]) => ["--param", `${key}=${value}`]);
  return JSON.parse(crm("view", "--data", world.data, "--tenant", tenant, view, ...options));
}

const views = [
  ["automatic", "messages.automatic", {}], ["manual", "messages.manual", {}], ["message", "message", { message_id: message }],
  ["buyers", "message.buyers", { message_id: message }], ["recipients", "message.recipients", { message_id: message }],
  ["order", "order", { order_id: "202611105-0012" }], ["exports", "exports", {}], ["health", "health", {}],
  ["attribution", "settings.attribution", {}],
];
const looks = [
  { name: "desktop-light-ko", width: 1280, height: 900, scheme: "light", locale: "ko" },
  { name: "desktop-dark-en", width: 1280, height: 900, scheme: "dark", locale: "en" },
  { name: "phone-light-en", width: 360, height: 740, scheme: "light", locale: "en" },
  { name: "phone-dark-ko", width: 360, height: 740, scheme: "dark", locale: "ko" },
];

for (const look of looks) {
  describe(`every page, ${look.name}`, () => {
    for (const [name, view, params] of views) {
      test(name, async () => {
        const role = ["health", "settings.attribution"].includes(view) ? "operator" : "exporter";
        page = await world.visit(role, { ...look, path: path_of(plugin, view, params) });
        await settled(page);
        assert.equal(await page.locator(".failure").count(), 0);
        assert.equal(await page.locator("html").getAttribute("lang"), look.locale);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= look.width, `the page is ${width} px wide`);
        await page.screenshot({ path: join(pictures, `${name}-${look.name}.png`), fullPage: true });
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const serious = found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
        assert.deepEqual(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).slice(0, 3).join(" ")}`), []);
      });
    }
  });
}

describe("what is on the screen", () => {
  test("equals what crm-host view prints", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    const table = shown("messages.manual").components.find((part) => part.type === "table");
    const number = new Intl.NumberFormat("ko");
    for (const key of ["recipients", "success", "failed", "clicks", "orders"]) {
      const texts = await page.locator(`td[data-key=${key}]`).allTextContents();
      assert.deepEqual(texts, table.rows.map((row) => number.format(row[key])), key);
    }
    const nets = await page.locator("td[data-key=net]").allTextContents();
    assert.deepEqual(nets, table.rows.map((row) => `${number.format(row.net.amount_minor)}원`));
  });

  test("moves when new events arrive", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    const key = crm("feed-key", "--data", world.data, "--tenant", tenant, "--source", "live").trim();
    const lines = [
      { feed: "crm-feed/1", tenant, source: "live", timezone: "Asia/Seoul", currency: "KRW" },
      { seq: 1, type: "message", at: "2026-11-25T10:00:00+09:00", message_id: "LIVE", kind: "manual", channel: "sms", name: "방금 도착한 메시지", state: "sending" },
    ];
    const answer = await fetch(`${world.address}/feed`, { method: "POST", headers: { Authorization: `Bearer ${key}` }, body: lines.map((line) => JSON.stringify(line)).join("\n") });
    assert.equal(answer.status, 200);
    await page.getByText("방금 도착한 메시지").waitFor({ timeout: 15_000 });
  });
});

describe("finding messages", () => {
  test("filters survive reload and Back", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    const all = await page.locator("tbody tr").count();
    await page.locator("[data-focus=filter-q]").pressSequentially("무료배송");
    await page.locator("tbody tr").nth(1).waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), "filter-q");
    await page.reload();
    await settled(page);
    assert.equal(await page.locator("[data-focus=filter-q]").inputValue(), "무료배송");
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.locator("[data-focus=filter-channel]").selectOption("sms");
    await page.locator(".empty").waitFor();
    await page.goBack();
    await page.locator("tbody tr").first().waitFor();
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.locator("[data-focus=filter-clear]").click();
    await page.locator("tbody tr").nth(all - 1).waitFor();
  });

  test("columns sort both ways", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    const numbers = async () => (await page.locator("td[data-key=orders]").allTextContents()).map(Number);
    await page.locator("[data-focus=sort-orders]").click();
    await page.locator("th[data-key=orders][aria-sort=descending]").waitFor();
    const down = await numbers();
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    await page.locator("[data-focus=sort-orders]").click();
    await page.locator("th[data-key=orders][aria-sort=ascending]").waitFor();
    const up = await numbers();
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
  });
});

describe("the buyers popup", () => {
  test("opens and closes by keyboard, and gives the focus back", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "message", { message_id: message }) });
    await settled(page);
    const opener = page.locator("a[aria-haspopup=dialog]").first();
    await opener.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.locator("tbody tr").first().waitFor();
    assert.ok(await page.evaluate(() => document.querySelector("[role=dialog]").contains(document.activeElement)));
    await page.screenshot({ path: join(pictures, "buyers-popup.png") });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await opener.evaluate((element) => element === document.activeElement));
  });
});

describe("downloads", () => {
  test("the file's bytes are those that the proof signs", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "message", { message_id: message }) });
    await settled(page);
    await page.locator(".actions button").first().click();
    await page.locator("form.download button[type=submit]").click();
    assert.notEqual(await page.locator(".field-error").textContent(), "");
    await page.locator("input[name=reason]").fill("11월 성과 보고");
    const arriving = page.waitForEvent("download");
    await page.locator("form.download button[type=submit]").click();
    const csv = await (await arriving).path();
    const done = page.locator(".download-done");
    await done.waitFor();
    assert.equal(createHash("sha256").update(readFileSync(csv)).digest("hex"), await done.getAttribute("data-sha256"));
    await page.screenshot({ path: join(pictures, "download.png") });
    const proof_arriving = page.waitForEvent("download");
    await done.locator("button").first().click();
    const proof = await proof_arriving;
    assert.match(proof.suggestedFilename(), /\.csv\.jws$/);
  });

  test("are for spreadsheets unless one chooses otherwise", async () => {
    for (const [locale, names] of [["ko", ["엑셀용", "시스템용"]], ["en", ["For spreadsheets", "For programs"]]]) {
      page = await world.visit("exporter", { path: path_of(plugin, "message", { message_id: message }), locale });
      await settled(page);
      const offered = async () => {
        await page.locator(".actions button").first().click();
        await page.locator("input[name=reason]").fill("11월 성과 보고");
        return page.locator("form.download fieldset label");
      };
      for (const [index, begin] of [[null, "\uFEFF\""], [1, /^[^\uFEFF"]/], [0, "\uFEFF\""]]) {
        const labels = await offered();
        assert.deepEqual(await labels.evaluateAll((all) => all.map((label) => label.firstChild.textContent)), names);
        for (const help of await labels.locator(".form-text").allTextContents()) assert.ok(help.length > 10, help);
        if (index !== null) await labels.nth(index).click();
        const arriving = page.waitForEvent("download");
        await page.locator("form.download button[type=submit]").click();
        const text = readFileSync(await (await arriving).path(), "utf8");
        assert.ok(typeof begin === "string" ? text.startsWith(begin) : begin.test(text), text.slice(0, 40));
        await page.locator(".download-done").waitFor();
        await page.keyboard.press("Escape");
      }
      if (locale === "ko") await world.leave(page);
    }
  });

  test("are not offered to who may not export", async () => {
    page = await world.visit("viewer", { path: path_of(plugin, "message", { message_id: message }) });
    await settled(page);
    assert.equal(await page.locator(".actions button").count(), 0);
  });
});

describe("getting in", () => {
  test("a wrong password says so, and the right one leads where one wanted to go", async () => {
    page = await world.visit(null, { path: path_of(plugin, "messages.manual", { q: "무료배송" }) });
    await page.locator("input[name=name]").fill("viewer");
    await page.locator("input[name=password]").fill("nobody-knows");
    await page.locator("form.sign-in button[type=submit]").click();
    await page.locator("[data-code=wrong_password]").waitFor();
    await page.screenshot({ path: join(pictures, "sign-in.png") });
    await world.sign_in(page, "viewer");
    await settled(page);
    assert.equal(await page.locator("[data-focus=filter-q]").inputValue(), "무료배송");
  });

  test("a session that ended asks to sign in again, and goes on", async () => {
    page = await world.visit("viewer", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    await page.context().clearCookies();
    await page.locator("[data-focus=sort-orders]").click();
    await page.locator("form.sign-in").waitFor();
    await world.sign_in(page, "viewer");
    await settled(page);
    assert.match(page.url(), /sort=/);
  });

  test("an address that is nothing is a kind notice", async () => {
    page = await world.visit("viewer", { path: path_of(plugin, "message", { message_id: "nothing" }) });
    await page.locator(".failure[data-code=not_found]").waitFor();
  });
});
