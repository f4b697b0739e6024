// Every page in every look: whole, readable, and free of serious accessibility problems.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { demo, message, pages, params_of } from "./shop_pages.mjs";
import { World, axe_source, export_once, path_of, pictures, settled } from "./world.mjs";

const axe = readFileSync(axe_source, "utf8"); // past the page's own policy
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

const looks = [];
for (const [place, width, height] of [["desktop", 1280, 900], ["phone", 360, 740]]) {
  for (const scheme of ["light", "dark"]) {
    for (const locale of ["ko", "en"]) looks.push({ name: `${place}-${scheme}-${locale}`, width, height, scheme, locale });
  }
}

// What does not fit: wider than the window, or cut off by what it is in. What scrolls is whole.
function cut_off() {
  const scrolls = (element) => element.closest(".table-frame") !== null && innerWidth >= 768;
  const is_for_ears = (element) => element.closest(".visually-hidden, .visually-hidden-focusable") !== null;
  const lost = [];
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || is_for_ears(element) || scrolls(element)) continue;
    const room = element.closest(".tile")?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
    const is_out = box.right > room.right + 1 || box.left < room.left - 1;
    const hides = ["hidden", "clip"].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;
    if (is_out || hides) lost.push(`${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
  }
  return lost;
}

async function serious_problems() {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
}

async function looks_right(name, look) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= look.width, `the page is ${width} px wide`);
  await page.screenshot({ path: join(pictures, `${name}-${look.name}.png`), fullPage: (await page.getByRole("dialog").count()) === 0 });
  assert.deepEqual(await page.evaluate(cut_off), []);
  assert.deepEqual(await serious_problems(), []);
}

for (const look of looks) {
  describe(`every page, ${look.name}`, () => {
    for (const [name, view, given, role] of pages) {
      test(name, async () => {
        const params = params_of(world, given);
        page = await world.visit(role, { ...look, path: path_of(world.plugin, view, params) });
        await settled(page);
        assert.equal(await page.locator(".failure").count(), 0);
        assert.equal(await page.locator("html").getAttribute("lang"), look.locale);
        await looks_right(name, look);
      });
    }

    test("the buyers popup and the download", async () => {
      page = await world.visit("exporter", { ...look, path: path_of(world.plugin, "message", { message_id: message }) });
      await settled(page);
      await page.locator("a[aria-haspopup=dialog]").first().click();
      await page.getByRole("dialog").locator("tbody tr").first().waitFor();
      await looks_right("buyers-popup", look);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.locator(".actions button").first().click();
      await page.locator("form.download").waitFor();
      await looks_right("download", look);
      await page.locator("input[name=reason]").fill("11월 성과 보고");
      await page.locator("form.download button[type=submit]").click();
      await page.locator(".download-done").waitFor();
      await looks_right("download-done", look);
    });

    test("signing in", async () => {
      page = await world.visit(null, look);
      await page.locator("form.sign-in").waitFor();
      await looks_right("sign-in", look);
    });
  });
}
