// The page that a model is dropped on, in a real browser.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {columnsFor, writeLargeModel} from '../../web/large_model.mjs';
import {assertAccessible, close, open, scratch, start, stop} from './chromium.mjs';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');
const models = path.join(root, 'examples/models');
const native = (args, cwd) => execFileSync(process.env.MACROSCOPE_PROGRAM, args, {cwd, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore']});

let address;
let listening;
before(async () => { ({address, listening} = await start()); });
after(stop);

/** A pointer on its way to the report, which is in the way of dropped files until then. */
async function point(page) {
  await page.mouse.move(600, 20);
  await page.mouse.move(600, 500, {steps: 3});
}
async function choose(page, ...files) {
  await page.locator('#file').setInputFiles(files);
  await page.locator('#name', {hasText: path.basename(files[0])}).waitFor({timeout: 20000});
  await point(page);
  return page.frameLocator('#frame iframe');
}
/** Chromium drops, and says nothing, what a page downloads beyond ten files within a second: no hand is that quick, but this test is. */
const breath = 150;
async function downloaded(page, format) {
  await page.waitForTimeout(breath);
  const begun = page.waitForEvent('download');
  const refused = page.locator('#problem-text').waitFor({timeout: 60000}).then(async () => assert.fail(`${format}: ${await page.locator('#problem-text').innerText()}`));
  // Whichever does not come ends with the page.
  for (const each of [begun, refused]) each.catch(() => {});
  await page.locator('#format').selectOption(format);
  const download = await Promise.race([begun, refused]);
  const file = path.join(scratch, `download-${format}`);
  await download.saveAs(file);
  return fs.readFileSync(file);
}
const facts = page => page.locator('#facts').evaluate(node => ({bytesRead: Number(node.dataset.bytesRead), memory: Number(node.dataset.memory), milliseconds: Number(node.dataset.milliseconds)}));

test('the reports of the examples are those of the program, in every format', async () => {
  const page = await open(address, 'index.html');
  for (const name of fs.readdirSync(models).filter(each => each.endsWith('.onnx'))) {
    const report = await choose(page, path.join(models, name));
    await report.locator('h1').waitFor();
    for (const [ending, format] of [['html', 'html'], ['txt', 'text'], ['md', 'markdown'], ['json', 'json'], ['csv', 'csv'], ['tex', 'latex'], ['dot', 'dot'], ['svg', 'svg']]) {
      const target = path.join(scratch, `native.${ending}`);
      native(['analyze', name, '--quiet', '-o', target], models);
      assert.ok((await downloaded(page, ending)).equals(fs.readFileSync(target)), `${name} as ${format}`);
    }
  }
  await close(page);
});

test('the report works in the page: views, and sizes as controls', async () => {
  const page = await open(address, 'index.html');
  const report = await choose(page, path.join(models, 'resnet50.onnx'));
  await report.locator('nav a[data-to=layers]').click();
  await report.locator('[role=treegrid]').waitFor();
  await report.locator('nav a[data-to=overview]').click();
  await report.locator('.sizes input[type=number]').first().fill('8');
  await report.getByText('32,713,474,048').first().waitFor();
  await close(page);
});

for (const gigabytes of [5, 12])
  test(`a file of ${gigabytes} GB takes kilobytes and less than two seconds`, async () => {
    const file = path.join(scratch, `large${gigabytes}.onnx`);
    const {parameters} = writeLargeModel(file, columnsFor(gigabytes * 1e9));
    const page = await open(address, 'index.html');
    const session = await page.context().newCDPSession(page);
    const renderers = async () => {
      const tree = execFileSync('ps', ['-eo', 'pid,ppid,rss,args']).toString().split('\n').filter(line => line.includes('--type=renderer') && line.includes(scratch));
      return tree.map(line => Number(line.trim().split(/\s+/)[2]) * 1024).reduce((sum, each) => sum + each, 0);
    };
    await page.waitForFunction(() => document.querySelectorAll('#examples li').length > 0);
    const before = await renderers();
    const report = await choose(page, file);
    await report.getByText(parameters.toLocaleString('en-US')).first().waitFor();
    const {bytesRead, memory, milliseconds} = await facts(page);
    const {metrics} = await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'));
    const heap = metrics.find(each => each.name === 'JSHeapUsedSize').value;
    const grown = (await renderers()) - before;
    process.stdout.write(`# ${gigabytes} GB: ${bytesRead} bytes read, ${milliseconds} ms, module ${memory >> 20} MiB, page's heap ${Math.round(heap / 2 ** 20)} MiB, renderers grew ${Math.round(grown / 2 ** 20)} MiB\n`);
    assert.ok(milliseconds < 2000, `${milliseconds} ms`);
    assert.ok(bytesRead < 64 * 2 ** 20, `${bytesRead} bytes`);
    assert.ok(memory + heap < 300 * 2 ** 20 && grown < 300 * 2 ** 20, `${memory} and ${heap} bytes, ${grown} more in use`);
    await close(page);
    fs.unlinkSync(file);
  });

test('two files are compared, also when the second comes later', async () => {
  const page = await open(address, 'index.html');
  const [a, b] = ['encoder.onnx', 'resnet50.onnx'].map(name => path.join(models, name));
  await choose(page, a);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.locator('#compare').click()]);
  await chooser.setFiles([b]);
  await page.locator('#name', {hasText: 'encoder.onnx against resnet50.onnx'}).waitFor();
  const target = path.join(scratch, 'change.json');
  native(['compare', 'encoder.onnx', 'resnet50.onnx', '-o', target], models);
  assert.ok((await downloaded(page, 'json')).equals(fs.readFileSync(target)));
  await close(page);
});

test('a file can be dropped', async () => {
  const page = await open(address, 'index.html');
  const bytes = fs.readFileSync(path.join(models, 'resnet50.onnx')).toString('base64');
  const transfer = await page.evaluateHandle(text => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], 'dropped.onnx'));
    return data;
  }, bytes);
  await page.dispatchEvent('#drop', 'drop', {dataTransfer: transfer});
  await page.locator('#frame iframe').waitFor();
  assert.match(await page.locator('#name').innerText(), /dropped\.onnx/);
  await close(page);
});

test('a second file that is dropped on the report is compared with the first', async () => {
  const page = await open(address, 'index.html');
  await choose(page, path.join(models, 'encoder.onnx'));
  await page.mouse.move(600, 20);
  await page.locator('.shield').waitFor();
  // Where a file falls is looked up in what was drawn last.
  await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
  const session = await page.context().newCDPSession(page);
  const data = {items: [], files: [path.join(models, 'resnet50.onnx')], dragOperationsMask: 1};
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', {type, x: 600, y: 500, data});
  await page.locator('#name', {hasText: 'encoder.onnx against resnet50.onnx'}).waitFor();
  await close(page);
});

test('names in a model stay words', async () => {
  const file = path.join(scratch, '<img src=x onerror=alert(1)>.onnx');
  writeLargeModel(file, 64, '</script><script>alert(1)</script><img src=x onerror=alert(1)>');
  const page = await open(address, 'index.html');
  const report = await choose(page, file);
  await report.locator('h1').waitFor();
  assert.equal(await report.locator('img').count(), 0);
  assert.equal(await page.locator('img').count(), 0);
  assert.match(await page.locator('#name').innerText(), /<img src=x/);
  // Every name, domain and size is a trap in this one.
  execFileSync(process.env.MACROSCOPE_PYTHON, [path.join(root, 'tests/reports/page_models.py'), scratch]);
  const hostile = await choose(page, path.join(scratch, 'hostile.onnx'));
  await hostile.locator('h1').waitFor();
  for (const link of await hostile.locator('nav a[data-to]').all()) await link.click();
  assert.equal(await hostile.locator('img').count(), 0);
  await close(page);
});

test('what is no model says what it is, and the page goes on', async () => {
  const file = path.join(scratch, 'text.onnx');
  fs.writeFileSync(file, 'This is no model.');
  const page = await open(address, 'index.html');
  const report = await choose(page, file);
  await report.getByText(/error/).first().waitFor();
  await page.locator('#again').click();
  await choose(page, path.join(models, 'resnet50.onnx'));
  await close(page);
});

/** A server that lets other pages read a file, or does not; it counts what it sends. */
async function fileServer(file, {ranges = true, cors = true, exposes = true} = {}) {
  const bytes = fs.readFileSync(file);
  const sent = {bytes: 0, requests: 0};
  const host = await listening(http.createServer((request, response) => {
    const range = ranges ? /^bytes=([0-9]+)-([0-9]+)$/.exec(request.headers.range ?? '') : null;
    const [begin, end] = range ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)] : [0, bytes.length - 1];
    ++sent.requests;
    if (cors) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', 'Range');
      if (exposes) response.setHeader('Access-Control-Expose-Headers', 'Content-Range');
    }
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    response.writeHead(range ? 206 : 200, {'Content-Length': end - begin + 1, ...(range ? {'Content-Range': `bytes ${begin}-${end}/${bytes.length}`} : {})});
    if (request.method === 'HEAD') return response.end();
    sent.bytes += end - begin + 1;
    response.end(bytes.subarray(begin, end + 1));
  }));
  return {host, sent};
}
const linkTo = url => `index.html?url=${encodeURIComponent(url)}`;

test('a link is read by ranges', async () => {
  const file = path.join(scratch, 'remote.onnx');
  const {length, parameters} = writeLargeModel(file, columnsFor(40e6));
  for (const how of [{}, {exposes: false}]) {
    const {host, sent} = await fileServer(file, how);
    const page = await open(address, linkTo(`${host}/remote.onnx`), [address, host]);
    await page.frameLocator('#frame iframe').getByText(parameters.toLocaleString('en-US')).first().waitFor({timeout: 20000});
    assert.ok(sent.bytes < 2 ** 20 && length > 30e6, `${sent.bytes} bytes in ${sent.requests} requests`);
    await close(page);
  }
});

test('a server without ranges, or that lets no page read, is told apart', async () => {
  const large = path.join(scratch, 'whole.onnx');
  writeLargeModel(large, columnsFor(80e6));
  const cases = [
    [{ranges: false}, /sends whole files only.*Download the file and drop it here/s],
    [{cors: false}, /does not allow this page.*Access-Control-Allow-Origin/s],
  ];
  for (const [how, message] of cases) {
    const {host} = await fileServer(large, how);
    const page = await open(address, linkTo(`${host}/whole.onnx`), [address, host]);
    await page.locator('#problem').waitFor({timeout: 20000});
    assert.match(await page.locator('#problem').innerText(), message);
    await page.close();
  }
  const {host} = await fileServer(path.join(models, 'resnet50.onnx'), {ranges: false});
  const page = await open(address, linkTo(`${host}/small.onnx`), [address, host]);
  await page.locator('#frame iframe').waitFor({timeout: 20000});
  await close(page);
  const absent = await open(address, linkTo(`${address}/absent.onnx`));
  await absent.locator('#problem').waitFor();
  assert.match(await absent.locator('#problem').innerText(), /404/);
  assert.equal(await absent.locator('#problem a').count(), 0);
  await absent.close();
});

test('the page can connect to nothing but the link', async () => {
  const {host, sent} = await fileServer(path.join(models, 'resnet50.onnx'));
  const other = await fileServer(path.join(models, 'resnet50.onnx'));
  const targets = [`${host}/a.onnx`, `${host}/b.onnx`, `${other.host}/a.onnx`, `${address}/style.css`];
  for (const isLinked of [false, true]) {
    const page = await open(address, isLinked ? linkTo(targets[0]) : 'index.html', [address, host, other.host]);
    if (isLinked) await page.locator('#frame iframe').waitFor({timeout: 20000});
    else await choose(page, path.join(models, 'resnet50.onnx'));
    const reached = await page.evaluate(urls => Promise.all(urls.map(url => fetch(url).then(() => true, () => false))), targets);
    assert.deepEqual(reached, [isLinked, false, false, false]);
    const inWorker = await page.evaluate(urls => new Promise(resolve => {
      const script = 'onmessage = async ({data}) => postMessage(await Promise.all(data.map(url => fetch(url).then(() => true, () => false))))';
      const worker = new Worker(URL.createObjectURL(new Blob([script])));
      worker.onmessage = ({data}) => resolve(data);
      worker.postMessage(urls);
    }), targets);
    assert.deepEqual(inWorker, [isLinked, false, false, false]);
    await page.close();
  }
  assert.ok(sent.requests > 0);
  assert.equal(other.sent.requests, 0);
});

test('a redirect to another server is the user\'s to allow', async () => {
  const {host} = await fileServer(path.join(models, 'resnet50.onnx'));
  const redirecting = await listening(http.createServer((request, response) => response.writeHead(302, {'Location': `${host}/r.onnx`, 'Access-Control-Allow-Origin': '*'}).end()));
  const page = await open(address, linkTo(`${redirecting}/r.onnx`), [address, host, redirecting]);
  await page.locator('#problem').waitFor({timeout: 20000});
  assert.match(await page.locator('#problem').innerText(), /redirects to another server/);
  assert.match(await page.locator('#problem a').getAttribute('href'), /redirect=any/);
  await page.close();
});

test('reading can be cancelled', async () => {
  // Answers the first request, and leaves the others waiting.
  let answered = 0;
  const slow = await listening(http.createServer((request, response) => {
    if (answered++ === 0) response.writeHead(206, {'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Content-Range', 'Content-Range': 'bytes 0-0/1000000'}).end('x');
  }));
  const page = await open(address, linkTo(`${slow}/slow.onnx`), [address, slow]);
  await page.locator('#cancel').click();
  await page.locator('#start').waitFor();
  await choose(page, path.join(models, 'resnet50.onnx'));
  await page.close();
});

test('it works from a folder, without a server', async () => {
  const folder = pathToFileURL(process.env.MACROSCOPE_PAGES).href;
  const page = await open(folder, 'index.html');
  const report = await choose(page, path.join(models, 'resnet50.onnx'));
  await report.locator('h1').waitFor();
  await page.locator('#again').click();
  // Examples are files that such a page may not read.
  assert.equal(await page.locator('#models').isVisible(), false);
  await close(page);
  const playground = await open(folder, 'playground.html');
  await playground.locator('#took', {hasText: 'ms'}).waitFor();
  await close(playground);
});

test('it is there at once, and small', async () => {
  const page = await open(address, 'index.html');
  await page.locator('#examples li').first().waitFor();
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  process.stdout.write(`# first paint after ${Math.round(paint)} ms\n`);
  assert.ok(paint < 1000, `${paint} ms`);
  await close(page);
});

test('anyone can use it', async () => {
  const page = await open(address, 'index.html');
  await assertAccessible(page);
  await choose(page, path.join(models, 'resnet50.onnx'));
  await assertAccessible(page);
  await close(page);
});
