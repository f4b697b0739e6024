// When something is missing or fails: the page says so, and goes on once it is there.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { demo, message } from "./shop_pages.mjs";
import { World, crm, path_of, pictures, settled, tenant } from "./world.mjs";

const faulty = "test.faulty-views";
let world;
let plugin;
let page;
let plugins;

before(async () => {
  plugins = mkdtempSync(join(tmpdir(), "crm-browser-plugins-"));
  copyFileSync(process.env.CRM_PLUGIN, join(plugins, "message_history.so"));
  for (const name of ["faulty_views", "failing_menu"]) copyFileSync(join(process.env.CRM_ABI_PLUGINS, name, `${name}.so`), join(plugins, `${name}.so`));
  world = await World.open([demo], ["--plugin-dir", plugins]);
  plugin = world.plugin;
});
after(async () => {
  await world.close();
  rmSync(plugins, { recursive: true, force: true });
});
afterEach(async () => {
  const left = page;
  page = null;
  if (left) await world.leave(left);
});

const broken = (route) => route.fulfill({ status: 500, contentType: "application/json", body: '{"error": {"code": "failed", "detail": "on purpose"}}' });
const heading = () => page.locator("main h1").textContent();

describe("without a shop", () => {
  test("the page says so, its menu is harmless, and the first shop appears by itself", async () => {
    const empty = await World.open([]);
    try {
      page = await empty.visit("viewer");
      await page.locator("main .empty").waitFor();
      assert.notEqual(await heading(), "");
      await page.screenshot({ path: join(pictures, "no-shop.png") });
      await page.locator("nav#menu a").first().click();
      await page.locator("main .empty").waitFor();
      const key = crm("feed-key", "--data", empty.data, "--tenant", tenant, "--source", "live").trim();
      const lines = [
        { feed: "crm-feed/1", tenant, source: "live", timezone: "Asia/Seoul", currency: "KRW" },
        { seq: 1, type: "message", at: "2026-11-25T10:00:00+09:00", message_id: "FIRST", kind: "automatic", channel: "sms", name: "첫 메시지", state: "sending" },
      ];
      const answer = await fetch(`${empty.address}/feed`, { method: "POST", headers: { Authorization: `Bearer ${key}` }, body: lines.map((line) => JSON.stringify(line)).join("\n") });
      assert.equal(answer.status, 200);
      await page.getByText("첫 메시지").waitFor({ timeout: 15_000 });
      assert.equal(await page.locator(".shop").textContent(), tenant);
      await empty.leave(page);
      page = null;
    } finally {
      await empty.close();
    }
  });
});

describe("what fails", () => {
  test("a menu of one plugin is named, and the others are there", async () => {
    page = await world.visit("viewer");
    await settled(page);
    assert.match(await page.locator(".menu-missing").textContent(), /Test plugin/);
    assert.ok((await page.locator("nav#menu a").count()) > 2);
  });

  test("no menu at all is a notice, until it is there again", async () => {
    page = await world.visit("viewer");
    await settled(page);
    await page.route("**/api/menu*", broken);
    await page.reload();
    await page.locator("main .failure[data-code=failed]").waitFor();
    assert.notEqual(await heading(), "");
    await page.unroute("**/api/menu*");
    await page.locator("main .failure button").click();
    await page.locator("main .part").first().waitFor();
    assert.equal(await page.locator(".failure").count(), 0);
  });

  test("a page has its heading, title and time zone once it succeeds", async () => {
    page = await world.visit("viewer");
    await settled(page);
    await page.route("**/api/views/**", broken);
    await page.goto(world.address + path_of(plugin, "message", { message_id: message }));
    await page.locator("main .failure").waitFor();
    assert.notEqual(await heading(), "");
    const failed = await heading();
    await page.unroute("**/api/views/**");
    await page.locator("main .failure button").click();
    await page.locator("main .part").first().waitFor();
    assert.notEqual(await heading(), failed);
    assert.ok((await page.title()).startsWith(await heading()));
    assert.match(await page.locator(".zone").textContent(), /Asia\/Seoul/);
  });

  test("a first load that is given up leaves no page without its heading", async () => {
    page = await world.visit("viewer");
    await settled(page);
    let held;
    await page.route("**/api/views/**", (route) => {
      if (held) return route.continue();
      held = route;
      return undefined;
    });
    await page.goto(world.address + path_of(plugin, "messages.manual"));
    await page.waitForFunction(() => document.querySelector("main h1")?.textContent !== "");
    await page.locator("header [data-focus=language]").click(); // asks anew, in English
    await settled(page);
    await page.locator(".zone:not(:empty)").waitFor();
    assert.match(await page.title(), /^Manual/);
    await held.abort();
  });

  test("a dialog says so in its title, and has the right one once it succeeds", async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "message", { message_id: message }) });
    await settled(page);
    await page.route("**/api/views/*/message.buyers*", broken);
    await page.locator("a[aria-haspopup=dialog]").first().click();
    const dialog = page.getByRole("dialog");
    await dialog.locator(".failure").waitFor();
    const failed = await dialog.locator("h2").first().textContent();
    assert.doesNotMatch(failed, /불러오는/);
    await page.unroute("**/api/views/*/message.buyers*");
    await dialog.locator(".failure button").click();
    await dialog.locator("tbody tr").first().waitFor();
    assert.notEqual(await dialog.locator("h2").first().textContent(), failed);
  });

  test("addresses that lead nowhere are a notice with a way out", async () => {
    for (const path of ["/t/%ZZ/x/y", "/t/demo-shop", "/t/demo-shop/x"]) {
      page = await world.visit("viewer", { path });
      await page.locator("main .failure[data-code=not_found]").waitFor();
      await page.locator("main a.btn").click();
      await settled(page);
      await world.leave(page);
      page = null;
    }
  });

  test("a document that no page can show is a notice", async () => {
    for (const view of ["no.json", "no.list", "no.rows", "wrong.cell", "failing"]) {
      page = await world.visit("viewer", { path: path_of(faulty, view) });
      await page.locator("main .failure[data-code=plugin]").waitFor();
      assert.notEqual(await heading(), "");
      await page.screenshot({ path: join(pictures, "faulty-document.png") });
      await world.leave(page);
      page = null;
    }
  });
});

describe("dialogs", () => {
  const open_download = async () => {
    page = await world.visit("exporter", { path: path_of(plugin, "messages.manual") });
    await settled(page);
    await page.locator("tbody tr a").filter({ hasText: "11월 첫 주 특가" }).click();
    await page.locator(".actions button").first().click();
    await page.locator("form.download").waitFor();
  };

  test("do not stay over the page that Back leads to", async () => {
    await open_download();
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator("[data-focus=filter-q]").waitFor();
    assert.equal(await page.locator(".modal-backdrop").count(), 0);
  });

  test("do not stay over the sign-in form", async () => {
    await open_download();
    await page.context().clearCookies();
    await page.locator("form.sign-in").waitFor({ timeout: 15_000 });
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await page.locator(".modal-backdrop").count(), 0);
    await world.sign_in(page, "exporter");
    await settled(page);
  });
});
