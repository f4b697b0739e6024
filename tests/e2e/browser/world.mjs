// A shop in a console of its own, and a browser that looks at it: what the browser tests stand on.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const modules = createRequire(`${process.env.CRM_NODE_MODULES}/.`);
const { chromium } = modules("playwright-core");
export const axe_source = modules.resolve("axe-core/axe.min.js");

export const tenant = "demo-shop";
const host = process.env.CRM_HOST;
export const pictures = join(process.env.CRM_BUILD_DIR, "screenshots");
// Nothing but the page itself may use the network.
const quiet_flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const chromium_path = process.env.CRM_CHROMIUM ?? "/usr/bin/chromium";

export function crm(...args) {
  const done = spawnSync(host, args, { encoding: "utf8", maxBuffer: 256 << 20 });
  if (done.status !== 0) throw new Error(`crm-host ${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

export class World {
  static async open(feeds, options = []) {
    const world = new World();
    world.folder = mkdtempSync(join(tmpdir(), "crm-browser-"));
    world.data = join(world.folder, "data");
    for (const feed of feeds) crm("replay", "--data", world.data, feed);
    world.process = spawn(host, ["serve", "--data", world.data, "--port", "0", ...options], { stdio: ["ignore", "pipe", "pipe"] });
    world.process.stderr.pipe(createWriteStream(join(world.folder, "log")));
    world.passwords = {};
    world.cookies = {}; // of who has signed in once, since a password takes its time
    for await (const line of createInterface({ input: world.process.stdout })) {
      const account = /^ {2}(\w+) +([\w-]{16})$/.exec(line);
      if (account) world.passwords[account[1]] = account[2];
      const opened = /Open (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (opened) {
        world.address = opened[1];
        break;
      }
    }
    if (!world.address) throw new Error("crm-host serve did not open");
    mkdirSync(pictures, { recursive: true });
    world.browser = await chromium.launch({ executablePath: chromium_path, args: quiet_flags });
    const page = await world.visit("viewer");
    world.plugin = await page.locator("nav#menu a[data-of='messages.manual']").getAttribute("data-plugin");
    await world.leave(page);
    return world;
  }

  async close() {
    await this.browser.close();
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  // A browser of its own: signed in, and watched for errors and for requests that leave the machine.
  async visit(name, { locale = "ko", width = 1280, height = 900, scheme = "light", path = "/" } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true, locale: locale === "ko" ? "ko-KR" : "en-US" });
    await context.addInitScript((given) => localStorage.setItem("locale", localStorage.getItem("locale") ?? given), locale);
    const page = await context.newPage();
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(`error: ${error}`));
    page.on("console", (message) => {
      // That a request was refused is the point of some tests.
      if (message.type() === "error" && !message.text().includes("Failed to load resource")) page.problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(this.address) && !url.startsWith("data:") && !url.startsWith("blob:")) page.problems.push(`request: ${url}`);
    });
    page.on("dialog", (dialog) => {
      page.problems.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    const cookies = this.cookies[name];
    if (cookies) await context.addCookies(cookies);
    await page.goto(this.address + path);
    if (cookies) await page.locator("nav#menu").waitFor({ state: "attached" });
    else if (name) {
      await this.sign_in(page, name);
      this.cookies[name] = await context.cookies();
    }
    return page;
  }

  // Nothing went wrong behind the page's back.
  async leave(page) {
    await page.context().close();
    assert.deepEqual(page.problems, []);
  }

  async sign_in(page, name) {
    await page.locator("input[name=name]").fill(name);
    await page.locator("input[name=password]").fill(this.passwords[name]);
    await page.locator("form.sign-in button[type=submit]").click();
    await page.locator("nav#menu").waitFor({ state: "attached" });
  }
}

// One line in the audit chain, so that its page has something to show.
export function export_once(world, message) {
  crm("export", "--data", world.data, "--tenant", tenant, "--message", message, "--reason", "11월 성과 보고", "--out", join(world.folder, "offer.csv"));
}

export function path_of(plugin, view, params = {}) {
  return `/t/${tenant}/${plugin}/${view}?${new URLSearchParams(params)}`;
}

// The view is there, with its numbers.
export async function settled(page) {
  await page.locator("main h1:not(:empty)").waitFor();
  await page.locator(".view .part, .view .notice").first().waitFor();
}
