// What a marketer sees and does, in a real browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { demo, message } from "./shop_pages.mjs";
import { World, crm, path_of, pictures, settled, tenant } from "./world.mjs";

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

describe("what is on the screen", () => {
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

  test("clearing is offered as soon as there is something to clear, and clears what was typed", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    const all = await page.locator("tbody tr").count();
    const clear = page.locator("[data-focus=filter-clear]");
    assert.equal(await clear.isVisible(), false);
    await page.locator("[data-focus=filter-q]").pressSequentially("무료배송");
    await clear.waitFor();
    await page.locator("tbody tr").nth(1).waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), "filter-q");
    await clear.click();
    await page.locator("tbody tr").nth(all - 1).waitFor();
    assert.equal(await page.locator("[data-focus=filter-q]").inputValue(), "");
    assert.equal(await clear.isVisible(), false);
    assert.doesNotMatch(page.url(), /q=/);
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
    const first = await arriving;
    assert.match(first.suggestedFilename(), /^발송내역_.+_\d{4}-\d\d-\d\d\.csv$/);
    const csv = await first.path();
    const done = page.locator(".download-done");
    await done.waitFor();
    assert.equal(createHash("sha256").update(readFileSync(csv)).digest("hex"), await done.getAttribute("data-sha256"));
    await page.screenshot({ path: join(pictures, "download.png") });
    const proof_arriving = page.waitForEvent("download");
    await done.locator("button").first().click();
    const proof = await proof_arriving;
    assert.equal(proof.suggestedFilename(), `${first.suggestedFilename()}.jws`);
    // A second proof: a browser would number it alone, so that it would belong to no file.
    const pair = [];
    page.on("download", (download) => pair.push(download.suggestedFilename()));
    await done.locator("button").first().click();
    await page.waitForTimeout(500);
    const second = first.suggestedFilename().replace(".csv", "_2.csv");
    assert.deepEqual(pair.sort(), [second, `${second}.jws`]);
    assert.match(await done.locator(".command").textContent(), new RegExp(`${second}$`));
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
