// A Chromium without a window, the pages on a server of this machine, and a watch over what a page should not do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {chromium} from 'playwright-core';
import {serverOf} from '../../../web/serve.mjs';

export const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-pages-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const servers = [];
let browser;

const listening = server => new Promise(resolve => {
  servers.push(server);
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
});

/** @returns the address of the pages, the browser, and how to open a page in it */
export async function start() {
  const address = await listening(serverOf(process.env.MACROSCOPE_PAGES));
  browser = await chromium.launchPersistentContext(path.join(scratch, 'profile'), {executablePath: '/usr/bin/chromium', args: flags, viewport: {width: 1280, height: 900}, acceptDownloads: true});
  await browser.grantPermissions(['clipboard-read', 'clipboard-write'], {origin: address});
  return {address, browser, listening};
}

export async function stop() {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  fs.rmSync(scratch, {recursive: true, force: true});
}

/** A page that notes what it should not do: errors, dialogs, and requests to anywhere but `allowed`. */
export async function open(address, target, allowed = [address]) {
  const page = await browser.newPage();
  page.wrong = [];
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) page.wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', error => page.wrong.push(`error: ${error}`));
  page.on('dialog', dialog => { page.wrong.push('dialog'); dialog.dismiss(); });
  page.on('request', request => { if (![...allowed, 'blob:', 'data:', 'about:'].some(each => request.url().startsWith(each))) page.wrong.push(`request: ${request.url()}`); });
  await page.goto(`${address}/${target}`);
  return page;
}
export async function close(page) {
  assert.deepEqual(page.wrong, []);
  await page.close();
}

/** Serious faults by axe-core's rules. */
export async function assertAccessible(page) {
  const axe = fs.readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  // Evaluated by the driver, which no policy of the page keeps away.
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {iframes: false}));
  const serious = violations.filter(each => ['serious', 'critical'].includes(each.impact)).map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ').slice(0, 300)}`);
  assert.deepEqual(serious, []);
}
