// What does a reader see first, and what does the page do under the hand?  Sizes, maps, curves, graph, receptive fields, folds.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {makeDriver} from './driver.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const {scratch, report, open, close, ...driver} = makeDriver();
const example = name => path.join(root, 'examples', name);
before(async () => {
  execFileSync(process.env.MACROSCOPE_PYTHON, [path.join(root, 'tests/reports/page_models.py'), scratch], {stdio: 'inherit'});
  report('loop', path.join(scratch, 'loop.onnx'));
  report('resnet', example('models/resnet50.onnx'), '--set', 'batch=1');
  report('open', example('models/resnet50.onnx'));
  const device = ['--device', example('devices/nvidia-a100-80gb.toml')];
  report('timed', example('models/resnet50.onnx'), ...device);
  report('timed_at_64', example('models/resnet50.onnx'), ...device, '--set', 'batch=64');
  report('encoder', example('models/encoder.onnx'));
  report('wavenet', example('networks/wavenet.net'));
  report('several', example('models/resnet50.onnx'), example('models/encoder.onnx'));
  await driver.start();
});
after(() => driver.stop());

const inside = async (page, selector, height) => {
  const box = await page.locator(selector).first().boundingBox();
  assert.ok(box && box.y >= 0 && box.y + box.height <= height, `${selector}: ${JSON.stringify(box)}`);
};
const card = (page, title) => page.locator('.card', {has: page.locator(`dt:text-is("${title}")`)}).locator('.big');

test('the first screen has the figures, the map, the curve and what matters', async () => {
  const page = await open('open');
  await page.setViewportSize({width: 1440, height: 900});
  await page.waitForTimeout(150);
  assert.equal(await page.locator('h1').innerText(), 'resnet50.onnx');
  assert.match(await page.locator('.facts').innerText(), /^ONNX · opset 17.* nodes, all costed$/);
  for (const [title, figure] of [['Parameters', '25.6 M'], ['MACs', '4.09 G'], ['Weights', '97.7 MiB']]) assert.equal(await card(page, title).innerText(), figure);
  for (const selector of ['.bar input[type=number]', '.theme', '.cards', '.areas svg', '.alive', '.stack', '[id$=-notable]']) await inside(page, selector, 900);
  await inside(page, '[id$=-costliest] h3', 900);
  assert.equal(await page.locator('[id$=-costliest] tbody tr').count(), 10);
  assert.match(await page.locator('[id$=-open_points]').innerText(), /batch is open: fixed by .*, axis 0/);
  await close(page);
});

test('a card opens its formula, by keys as well', async () => {
  const page = await open('open');
  await card(page, 'MACs').press('Enter');
  const text = await page.locator('.panel').innerText();
  assert.match(text, /4,089,184,256/);
  assert.match(text, /4089184256\*batch/);
  assert.match(text, /at batch = 1/);
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('.panel').isHidden());
  await close(page);
});

test('the areas are as large as their shares, in both forms and for each quantity', async () => {
  const page = await open('resnet');
  const area = async () => page.locator('.areas').first().evaluate(host => {
    const svg = host.querySelector('svg').viewBox.baseVal;
    const of = name => { const g = [...host.querySelectorAll('g')].find(each => each.querySelector('title').textContent.startsWith(`${name}/:`)); const {width, height} = g.querySelector('rect'); return width.baseVal.value * height.baseVal.value; };
    return {share: of('layer3') / (svg.width * svg.height), columns: new Set([...host.querySelectorAll('rect')].map(rect => rect.x.baseVal.value)).size};
  });
  // layer3 has 1,438,646,272 + 27,295,744 + ... of 4,089,184,256 MACs: the page's own table says how much.
  const share = Number(await page.evaluate(() => [...document.querySelectorAll('table.layers tbody tr')].find(row => row.cells[0].textContent.trim() === 'layer3/').cells[8].textContent)) / 100;
  assert.ok(Math.abs((await area()).share - share) < 0.02, `${JSON.stringify(await area())} of ${share}`);
  const words = await page.locator('.areas text').allTextContents();
  assert.ok(words.some(text => /^layer3\/\s+35\.8 %$/.test(text)), words.slice(0, 5).join());
  await page.getByRole('button', {name: 'parameters'}).first().click();
  assert.ok(Math.abs((await area()).share - 7098368 / 25557032) < 0.02, 'the parameters of layer3 as torchvision counts them');
  await page.getByRole('button', {name: 'Icicle'}).first().click();
  assert.ok((await area()).columns <= 8, 'a column a level');
  await close(page);
});

test('maps and lists look into loops and conditions', async () => {
  const page = await open('loop');
  // Five runs of two products of [2, 8] and [8, 8]: one in the body, one in the branch of the condition that takes more.
  const titles = await page.locator('.areas').first().locator('title').allTextContents();
  const each = 5 * 2 * 8 * 8;
  for (const name of ['Loop/body/MatMul', 'Loop/body/If/then/MatMul']) assert.ok(titles.includes(`${name}: ${each} MACs, 50.0 %`), titles.join());
  assert.ok(!titles.some(title => title.includes('else/Identity')));
  assert.deepEqual(await page.locator('[id$=-costliest] tbody th').allInnerTexts(), ['Loop/body/MatMul', 'Loop/body/If/then/MatMul']);
  await page.locator('.areas g', {has: page.locator('title', {hasText: /^Loop\/body\/MatMul:/})}).first().press('Enter');
  assert.match(await page.evaluate(() => location.hash), /Loop/);
  await close(page);
});

test('a click on an area leads to the layers in it', async () => {
  const page = await open('resnet');
  await page.locator('.areas g', {has: page.locator('title', {hasText: /^layer4\/:/})}).first().press('Enter');
  assert.equal(await page.locator('.view.on').getAttribute('data-view'), 'layers');
  const names = await page.locator('.grid tbody:not(.pad) tr.module').first().innerText();
  assert.match(names, /^▾?layer4\//);
  assert.match(await page.locator('.view.on p[role=status]').innerText(), /^\d+ of \d+ layers: /);
  await page.locator('nav a[data-to=overview]').click();
  await page.locator('.legend button', {hasText: 'Conv'}).click();
  assert.equal(await page.getByLabel('Filter layers').inputValue(), 'type:Conv');
  await close(page);
});

test('every number follows the sizes', async () => {
  const page = await open('encoder');
  const macs = await card(page, 'MACs').innerText();
  const seen = async () => ({
    peak: await page.locator('.alive .label').textContent(), costliest: await page.locator('[id$=-costliest] tbody').innerText(), holds: await page.locator('.holds').innerText(),
    shape: await page.evaluate(() => [...document.querySelectorAll('table.layers td')].find(cell => /^\[.*sequence/.test(cell.title))?.textContent),
    alive: await page.locator('table[data-id=memory] tbody tr').first().evaluate(row => row.textContent), kept: await page.locator('table[data-id=tensor_lives] tbody tr').first().evaluate(row => row.textContent),
  });
  const before = await seen();
  await page.getByLabel('sequence', {exact: true}).fill('1000');
  assert.notEqual(await card(page, 'MACs').innerText(), macs);
  const after = await seen();
  for (const key of Object.keys(before)) assert.notEqual(after[key], before[key], key);
  assert.match(after.shape, /1000/);
  // Shares of what is alive at the peak add up at these sizes too.
  const shares = await page.locator('table[data-id=memory] tbody tr').evaluateAll(rows => rows.map(row => Number(row.cells[5].textContent) || 0));
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 100) < 0.5, shares.join());
  await page.locator('nav a[data-to=graph]').click();
  assert.match((await page.locator('.edge-shape').allTextContents()).join(), /1000/);
  await page.locator('nav a[data-to=overview]').click();
  await page.locator('summary[aria-label="More about sizes"]').click();
  await page.getByRole('button', {name: 'Back to the example'}).click();
  assert.deepEqual(await seen(), before);
  await close(page);
});

test('the best-case time follows the sizes', async () => {
  const bound = await open('timed_at_64');
  const expected = await card(bound, 'Best-case time').innerText();
  await close(bound);
  const page = await open('timed');
  const before = await card(page, 'Best-case time').innerText();
  assert.match(before, /^≥ [0-9.]+ .s$/);
  assert.notEqual(before, expected);
  await page.getByLabel('batch', {exact: true}).fill('64');
  assert.equal(await card(page, 'Best-case time').innerText(), expected);
  await close(page);
});

test('what cannot follow the sizes says so', async () => {
  const page = await open('open');
  assert.equal(await page.locator('.stale:not([hidden])').count(), 0);
  await page.getByLabel('batch', {exact: true}).fill('4');
  const notes = await page.locator('.stale:not([hidden])').allTextContents();
  for (const note of notes) assert.match(note, /^At batch = 1: this part does not follow/);
  const silent = await page.evaluate(() => [...document.querySelectorAll('.fold .part')].filter(part => part.querySelector('figure') && !part.querySelector('.stale')).map(part => part.id));
  assert.deepEqual(silent, []);
  await close(page);
});

test('the memory curve tells what is alive at any step', async () => {
  const page = await open('resnet');
  const curve = page.locator('.alive');
  const peak = Number(await curve.getAttribute('aria-valuenow'));
  assert.match(await page.locator('.holds').innerText(), /^\d.* while .* runs: /);
  await curve.focus();
  await page.keyboard.press('Home');
  assert.equal(await curve.getAttribute('aria-valuenow'), '1');
  // The first layer holds the input, 3 * 224 * 224 floats, and its own result.
  assert.match(await page.locator('.holds').innerText(), /588 KiB/);
  await page.keyboard.press('ArrowRight');
  assert.equal(await curve.getAttribute('aria-valuenow'), '2');
  assert.ok(peak > 0);
  // What is kept over a step adds up to the bytes alive there.
  const wrong = await page.evaluate(() => {
    const number = cell => Number(cell.textContent.replaceAll(',', ''));
    const lives = [...document.querySelectorAll('table[data-id=tensor_lives] tbody tr')].map(row => [...row.cells].slice(1).map(number));
    const head = [...document.querySelectorAll('table.layers thead th')].map(th => th.dataset.c);
    const rows = [...document.querySelectorAll('table.layers tbody tr:not(.module, .total, .others)')].map(row => ({index: number(row.cells[head.indexOf('index')]), alive: number(row.cells[head.indexOf('live_bytes')])})).sort((a, b) => a.index - b.index);
    return rows.filter((row, step) => lives.reduce((sum, [first, last, bytes]) => sum + (first <= step + 1 && step + 1 <= last ? bytes : 0), 0) !== row.alive).length;
  });
  assert.equal(wrong, 0);
  await close(page);
});

test('the graph fills the window, moves and scales by mouse and keys', async () => {
  const page = await open('resnet', '#view=graph');
  await page.setViewportSize({width: 1440, height: 900});
  await page.waitForTimeout(150);
  const frame = await page.locator('.canvas').boundingBox();
  assert.ok(frame.width > 1300 && frame.height > 650, JSON.stringify(frame));
  const stage = () => page.locator('.canvas > svg > g').evaluate(g => { const {a, e, f} = g.getCTM(); return {scale: a, x: e, y: f}; });
  const first = await stage();
  await page.mouse.move(frame.x + 300, frame.y + 300);
  await page.mouse.down();
  await page.mouse.move(frame.x + 360, frame.y + 340, {steps: 4});
  await page.mouse.up();
  const dragged = await stage();
  assert.ok(Math.abs(dragged.x - first.x - 60) < 2 && Math.abs(dragged.y - first.y - 40) < 2, JSON.stringify([first, dragged]));
  await page.locator('.canvas').focus();
  await page.keyboard.press('ArrowUp');
  assert.ok(Math.abs((await stage()).y - dragged.y - 80) < 2);
  await page.keyboard.press('+');
  assert.ok((await stage()).scale > dragged.scale * 1.2);
  await page.keyboard.press('0');
  const whole = await page.locator('.canvas > svg > g').boundingBox();
  assert.ok(whole.x >= frame.x - 1 && whole.y >= frame.y - 1 && whole.x + whole.width <= frame.x + frame.width + 1 && whole.y + whole.height <= frame.y + frame.height + 1, 'all of it is in sight');
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await page.waitForTimeout(100);
  assert.ok((await stage()).scale > 0);
  await close(page);
});

test('two fingers scale the graph', async () => {
  const page = await open('resnet', '#view=graph');
  const scale = await page.locator('.canvas').evaluate(canvas => {
    const stage = canvas.querySelector('svg > g');
    const box = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    const finger = (type, id, x, y) => canvas.dispatchEvent(new PointerEvent(type, {pointerId: id, clientX: box.left + x, clientY: box.top + y, bubbles: true}));
    const before = stage.getCTM().a;
    finger('pointerdown', 1, 200, 200);
    finger('pointerdown', 2, 300, 200);
    finger('pointermove', 2, 400, 200);
    return stage.getCTM().a / before;
  });
  assert.ok(Math.abs(scale - 2) < 0.05, String(scale));
  await close(page);
});

test('the graph draws shapes, shares and skip connections', async () => {
  const page = await open('resnet', '#view=graph&node=layer1/layer1.1/conv2/Conv');
  const shapes = await page.locator('.edge-shape').allTextContents();
  assert.ok(shapes.includes('1 x 64 x 56 x 56'), shapes.join());
  assert.ok(await page.locator('.arrow.skip').count() > 0);
  assert.match((await page.locator('.canvas text').allTextContents()).join('|'), /\d+\.\d %/);
  await close(page);
});

test('what holds more than 60 % of a model is open at once', async () => {
  const page = await open('encoder', '#view=graph');
  const opened = await page.locator('.canvas g[aria-expanded=true]').count();
  const heavy = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('table.layers tbody tr.module:not([data-l])')];
    return rows.some(row => Number(row.cells[8].textContent) > 60);
  });
  assert.equal(opened > 0, heavy);
  await close(page);
});

test('an element under the pointer shows its field on every layer before it', async () => {
  const page = await open('resnet', '#view=field');
  assert.ok(await page.locator('.planes figure').count() >= 5);
  // The first convolution, 7 x 7 with stride 2 and padding 3: element 10, 20 sees rows 17 to 23 and columns 37 to 43.
  await page.getByLabel('Up to layer').selectOption('1');
  const plane = page.locator('.planes figure').nth(1).locator('svg');
  const box = await plane.boundingBox();
  await page.mouse.move(box.x + 2 + (20.5 / 112) * (box.width - 4), box.y + 2 + (10.5 / 112) * (box.height - 4));
  assert.match(await page.locator('.sees').innerText(), /^Element 10, 20 of .* sees 7 x 7 positions of .*, from 17, 37 to 23, 43\.$/);
  const field = await page.locator('.planes figure').first().locator('.field').evaluate(rect => ['x', 'y', 'width', 'height'].map(name => Math.round(rect[name].baseVal.value / 320 * 224)));
  assert.deepEqual(field, [37, 17, 7, 7]);
  await plane.focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('.sees').innerText(), /^Element 10, 21 of/);
  await close(page);
});

test('the field of a sequence grows by its dilations', async () => {
  const page = await open('wavenet', '#view=field');
  assert.equal(await page.locator('.planes.strips').count(), 1);
  assert.match(await page.locator('.sees').innerText(), /sees \d+ positions of/);
  await close(page);
});

test('long lists fold, and one menu copies a table', async () => {
  const page = await open('resnet');
  await page.locator('details.fold', {has: page.locator('table[data-id=savings]')}).locator('summary').first().click();
  const savings = page.locator('table[data-id=savings]');
  const rows = () => savings.locator('tbody tr').evaluateAll(all => all.filter(row => row.offsetParent).length);
  const closed = await rows();
  const kind = savings.locator('tbody button', {hasText: 'dense'}).first();
  const found = Number(await kind.locator('xpath=ancestor::tr').locator('td').first().innerText());
  await kind.click();
  assert.equal(await rows(), closed + found);
  assert.equal(await kind.getAttribute('aria-expanded'), 'true');
  assert.equal(await page.locator('[data-copy]:visible').count(), 0);
  await page.locator('details.fold[open] .framed > .menu > summary').first().click();
  assert.equal(await page.locator('[data-copy]:visible').count(), 3);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('[data-copy]:visible').count(), 0);
  const lives = page.locator('table[data-id=tensor_lives]');
  await page.locator('details.fold', {has: lives}).locator('summary').first().click();
  assert.equal(await lives.locator('tbody tr:visible').count(), 12);
  await page.getByRole('button', {name: /^Show all/}).last().click();
  assert.ok(await lives.locator('tbody tr:visible').count() > 50);
  await close(page);
});

test('a filter that nothing fits says so, and modules hold sums of what is shown', async () => {
  const page = await open('resnet', '#view=layers');
  await page.getByLabel('Filter layers').fill('type:Nothing');
  assert.match(await page.locator('.view.on p[role=status]').innerText(), /^No layer of \d+ fits “type:Nothing”/);
  assert.equal(await page.locator('.grid tbody:not(.pad) tr').count(), 0);
  await page.getByLabel('Filter layers').fill('type:Relu');
  const macs = await page.locator('.grid tr.module').first().evaluate(row => row.innerText);
  assert.match(macs, /\d+ of \d+ layers/);
  await page.getByLabel('Filter layers').fill('path:layer1 type:Conv');
  const column = await page.locator('.grid thead th').evaluateAll(cells => cells.findIndex(cell => cell.dataset.c === 'macs'));
  const sums = await page.locator('.grid tbody:not(.pad) tr').evaluateAll((rows, c) => {
    const number = row => Number(row.cells[c].title.replaceAll(',', ''));
    return {module: number(rows[0]), layers: rows.filter(row => row.classList.contains('entry')).reduce((sum, row) => sum + number(row), 0), total: number(rows[rows.length - 1])};
  }, column);
  assert.ok(sums.module > 0);
  assert.equal(sums.module, sums.layers);
  assert.equal(sums.total, sums.layers);
  await close(page);
});

test('the drawer leaves the clicked column in sight', async () => {
  const page = await open('resnet', '#view=layers');
  await page.getByLabel('Roll up by').selectOption('none');
  const cell = page.locator('.grid tbody:not(.pad) tr').nth(2).locator('td').last();
  await cell.click();
  const [drawer, chosen] = [await page.locator('.panel').boundingBox(), await page.locator('.grid .cell-on').boundingBox()];
  assert.ok(chosen.x + chosen.width <= drawer.x + 1, JSON.stringify([chosen, drawer]));
  await close(page);
});

test('several models are compared first, at the sizes of each', async () => {
  const page = await open('several');
  const table = page.locator('article.on table[data-id=models]');
  assert.ok(await table.isVisible());
  assert.match(await table.innerText(), /4,089,184,256/);
  await table.locator('button', {hasText: 'encoder'}).click();
  assert.equal(await page.locator('article.on h1').innerText(), 'encoder.onnx');
  await close(page);
});

for (const [what, width, direction] of [['narrow', 390, 'ltr'], ['read from right to left', 1280, 'rtl']]) {
  test(`${what}: nothing is wider than the window`, async () => {
    for (const view of ['overview', 'layers', 'map', 'graph', 'field', 'counting']) {
      const page = await open('open', `#view=${view}`);
      await page.setViewportSize({width, height: 844});
      await page.evaluate(direction => { document.documentElement.dir = direction; dispatchEvent(new Event('resize')); }, direction);
      await page.waitForTimeout(120);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), view);
      await close(page);
    }
  });
}
