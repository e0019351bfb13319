// Reports in Chromium without a window, driven over its own protocol; nothing is fetched from anywhere.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

export const executable = '/usr/bin/chromium';
export const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function makeDriver() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-browser-'));
  const url = name => pathToFileURL(path.join(scratch, `${name}.html`)).href;
  let browser;
  return {
    scratch,
    url,
    report(name, ...options) {
      execFileSync(process.env.MACROSCOPE_PROGRAM, [...options, '--quiet', '-o', path.join(scratch, `${name}.html`)], {stdio: ['ignore', 'ignore', 'inherit']});
    },
    async start() {
      browser = await chromium.launchPersistentContext(path.join(scratch, 'profile'), {executablePath: executable, args: flags, viewport: {width: 1280, height: 900}});
      await browser.grantPermissions(['clipboard-read', 'clipboard-write']);
      return browser;
    },
    async stop() {
      await browser?.close();
      fs.rmSync(scratch, {recursive: true, force: true});
    },
    // A page that notes everything it should not do.
    async open(name, hash = '', context = browser) {
      const page = await context.newPage();
      page.wrong = [];
      page.on('console', message => { if (['error', 'warning'].includes(message.type())) page.wrong.push(`console: ${message.text()}`); });
      page.on('pageerror', error => page.wrong.push(`error: ${error}`));
      page.on('dialog', dialog => { page.wrong.push('dialog'); dialog.dismiss(); });
      page.on('request', request => { if (!request.url().startsWith(url(name))) page.wrong.push(`request: ${request.url()}`); });
      await page.goto(url(name) + hash);
      return page;
    },
    async close(page) {
      assert.deepEqual(page.wrong, []);
      await page.close();
    },
  };
}
