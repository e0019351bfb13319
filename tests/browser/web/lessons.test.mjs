// The lessons in a real browser: with a pointer, the keyboard, on a phone, printed and from right to left.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {assertAccessible, close, open, start, stop} from './chromium.mjs';

let address;
before(async () => { ({address} = await start()); });
after(stop);

const openLessons = async () => {
  const page = await open(address, 'lessons.html');
  await page.locator('.board svg').first().waitFor({timeout: 20000});
  return page;
};
const set = (slider, value) => slider.evaluate((node, number) => {
  node.value = number;
  node.dispatchEvent(new Event('input', {bubbles: true}));
}, value);

test('sliders change the formula, and refuse what cannot be', async () => {
  const page = await openLessons();
  const board = page.locator('.board').first();
  const slider = key => board.locator(`input[data-key=${key}]`);
  await set(slider('stride'), 2);
  assert.match(await board.locator('.formula').first().innerText(), /floor\(\(8 \+ 2·1 − 1·\(3−1\) − 1\)\/2\) \+ 1 = 4/);
  await board.locator('.costs summary').waitFor();
  await set(slider('padding'), 0);
  await set(slider('kernel'), 5);
  await set(slider('dilation'), 2);
  assert.match(await board.locator('.refusal').innerText(), /spans 9 places, which does not fit an input of 8/);
  assert.equal(await slider('dilation').inputValue(), '1');
  assert.match(await board.locator('.formula').first().innerText(), /= 2$/);
  await close(page);
});

test('a place of the output shows what it sees, by pointer and by keyboard', async () => {
  const page = await openLessons();
  const board = page.locator('.board', {hasText: 'Three layers'});
  const output = board.locator('svg[tabindex]');
  assert.match(await board.locator('.told').innerText(), /sees rows [0-9]+ to [0-9]+ .*: 81 places/);
  const before = await board.locator('.told').innerText();
  await output.focus();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await board.locator('.told').innerText(), before);
  await output.scrollIntoViewIfNeeded();
  const box = await output.boundingBox();
  await page.mouse.move(box.x + 4, box.y + 4);
  assert.match(await board.locator('.told').innerText(), /^Row 0, column 0 of the output sees rows 0 to 8 and columns 0 to 8/);
  assert.equal(await board.locator('svg').count(), 4);
  for (const path of await board.locator('path.seen').all()) assert.ok((await path.getAttribute('d')).length > 0);
  await close(page);
});

test('exercises are judged by the program', async () => {
  const page = await openLessons();
  const exercise = page.locator('.exercise').first();
  const answered = async text => {
    await exercise.locator('input').fill(text);
    await exercise.locator('button').click();
    await exercise.locator('.answer:not(:empty)').waitFor();
    await page.waitForTimeout(300);
    return exercise.locator('.answer').innerText();
  };
  assert.match(await answered('12'), /Not that/);
  assert.match(await answered('params'), /Write a number/);
  assert.match(await answered('(1 + 5*5*16) * 32'), /^Right: 12_832/);
  await close(page);
});

test('nets open in the playground', async () => {
  const page = await openLessons();
  await page.locator('.try a[href]').first().click();
  await page.locator('#took', {hasText: 'ms'}).waitFor({timeout: 20000});
  assert.match(await page.locator('#editor .cm-content').innerText(), /net one_convolution/);
  await close(page);
});

test('it works on a phone, printed, from right to left, and for anyone', async () => {
  const page = await openLessons();
  await assertAccessible(page);
  await page.setViewportSize({width: 360, height: 740});
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than a phone');
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider from right to left');
  const board = page.locator('.board').first();
  assert.ok(await board.evaluate(node => getComputedStyle(node.querySelector('.fields')).direction === 'ltr'));
  await page.emulateMedia({media: 'print'});
  assert.equal(await page.locator('.head').isVisible(), false);
  assert.equal(await board.locator('svg').first().isVisible(), true);
  await close(page);
});
