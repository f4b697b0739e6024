// Filling in filters: what is asked for while a person types.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { demo } from "./shop_pages.mjs";
import { World, path_of, settled } from "./world.mjs";

let world;
let page;
let asked;

before(async () => {
  world = await World.open([demo]);
});
after(() => world.close());
afterEach(async () => {
  const left = page;
  page = null;
  if (left) await world.leave(left);
});

// A page of messages; `asked` collects the parameters of every request for it from now on.
async function open(params = {}, options = {}) {
  page = await world.visit("viewer", { path: path_of(world.plugin, "messages.manual", params), ...options });
  await settled(page);
  asked = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.startsWith("/api/views/") && !request.headers()["x-refresh"]) asked.push(url.searchParams);
  });
}

const field = (key) => page.locator(`[data-focus=filter-${key}]`);
const asked_for = (key) => asked.map((params) => params.get(`p.${key}`)).filter((value) => value !== null);

// Sends what a browser sends while an input method puts a syllable together: one change after the other, without an end.
async function compose(text) {
  await field("q").evaluate((input, value) => {
    if (!input.composed) input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true, data: "" }));
    input.composed = true;
    input.dispatchEvent(new CompositionEvent("compositionupdate", { bubbles: true, data: value }));
    input.value = value;
    input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true, inputType: "insertCompositionText", data: value }));
  }, text);
}

describe("a search", () => {
  test("answers while the last syllable is being put together, and asks for no lone key of it", async () => {
    await open();
    await field("q").focus();
    for (const text of ["ㅁ", "무", "무ㄹ", "무료"]) await compose(text);
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    assert.match(await page.locator("tbody tr").first().textContent(), /무료배송/);
    assert.deepEqual(asked_for("q"), ["무료"]);
    await compose("무료ㅂ");
    await page.waitForTimeout(600);
    assert.equal(await field("q").inputValue(), "무료ㅂ", "what is being typed stays");
    assert.equal(await page.evaluate(() => document.activeElement.name), "q");
    assert.deepEqual(asked_for("q"), ["무료"]);
    await compose("무료배");
    await page.waitForFunction(() => location.search.includes(encodeURIComponent("무료배")));
    assert.deepEqual(asked_for("q"), ["무료", "무료배"]);
  });

  test("is asked for at once with Enter, and once", async () => {
    await open();
    await field("q").fill("무료배송");
    await field("q").press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    await page.waitForTimeout(600);
    assert.deepEqual(asked_for("q"), ["무료배송"]);
  });
});

describe("a date", () => {
  test("is asked for when it is whole", async () => {
    await open();
    // What the browser's field holds while a year is typed.
    for (const year of ["0002", "0020", "0202", "2026"]) {
      await field("from").evaluate((input, value) => {
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }, `${year}-11-12`);
      await page.waitForTimeout(400);
    }
    await page.waitForFunction(() => location.search.includes("from=2026-11-12"));
    assert.deepEqual(asked_for("from"), ["2026-11-12"]);
  });

  test("of an impossible year is put back, and half a one clears nothing", async () => {
    await open({ from: "2026-11-12" });
    await field("from").evaluate((input) => {
      input.value = "0002-11-12";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.waitForTimeout(600);
    assert.deepEqual(asked, []);
    await field("from").focus();
    await field("q").focus();
    assert.equal(await field("from").inputValue(), "2026-11-12");
    await field("from").focus();
    await page.keyboard.press("Backspace"); // one part of it is empty now
    await page.waitForTimeout(600);
    assert.deepEqual(asked, []);
    assert.match(page.url(), /from=2026-11-12/);
  });

  test("that is emptied is no filter any more", async () => {
    await open({ from: "2026-11-12" });
    await field("from").fill("");
    await page.waitForFunction(() => !location.search.includes("from="));
  });
});
