// Does an analysis show its report in a notebook?  A cell's output is what `_repr_html_` gives, put into the page of the notebook.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-notebook-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const cell = 'import sys, macroscope; sys.stdout.write(macroscope.analyze(sys.argv[1])._repr_html_())';

test('a cell shows the dashboard, in a frame that cannot reach the notebook', async () => {
  const python = {env: {...process.env, PYTHONPATH: path.join(root, 'python')}, encoding: 'utf8'};
  const output = execFileSync(process.env.MACROSCOPE_PYTHON, ['-c', cell, path.join(root, 'examples/models/resnet50.onnx')], python);
  const file = path.join(scratch, 'notebook.html');
  fs.writeFileSync(file, `<!doctype html><meta charset="utf-8"><title>notebook</title><p>In [1]: analysis</p><div class="output_html">${output}</div>`);
  const browser = await chromium.launchPersistentContext(path.join(scratch, 'profile'), {executablePath: '/usr/bin/chromium', args: flags, viewport: {width: 1000, height: 760}});
  try {
    const page = await browser.newPage();
    const wrong = [];
    page.on('console', message => { if (message.type() === 'error') wrong.push(message.text()); });
    page.on('pageerror', error => wrong.push(String(error)));
    page.on('request', request => { if (request.url() !== pathToFileURL(file).href && request.url() !== 'about:srcdoc') wrong.push(`request: ${request.url()}`); });
    await page.goto(pathToFileURL(file).href);
    const report = page.frameLocator('iframe');
    await report.getByText('25,557,032').first().waitFor();
    if (process.env.MACROSCOPE_SCREENSHOTS) await page.screenshot({path: path.join(process.env.MACROSCOPE_SCREENSHOTS, 'notebook.png')});
    await report.getByRole('spinbutton', {name: 'batch'}).fill('8');
    await report.getByText('32.7 G').first().waitFor();
    await report.getByText('Layers', {exact: true}).first().click();
    await report.locator('.grid tbody:not(.pad) th').first().waitFor();
    assert.equal(await page.locator('iframe').getAttribute('sandbox'), 'allow-scripts');
    const [, frame] = page.frames();
    assert.equal(await frame.evaluate(() => { try { return parent.document.title; } catch { return 'out of reach'; } }), 'out of reach');
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
    fs.rmSync(scratch, {recursive: true, force: true});
  }
});
