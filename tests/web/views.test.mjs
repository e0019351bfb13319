// What stands beside a net in an editor: is it what the program itself says?
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {before, test} from 'node:test';
import {Text} from '../../web/node_modules/@codemirror/state/dist/index.js';
import {exercises, judged, netWithAnswer} from '../../web/lessons/exercises.mjs';
import {fieldsOf, netOf, outputSize, receptiveFields, refusal, sizesOf} from '../../web/lessons/window.mjs';
import {callAround} from '../../web/playground/language.mjs';
import {hashOf, textIn} from '../../web/playground/link.mjs';
import {placeIn} from '../../web/playground/places.mjs';
import {native, newEngine, root} from './module.mjs';

let engine;
before(async () => { engine = await newEngine(); });

test('expectations are those of the program, for every example', () => {
  for (const folder of ['homework', 'networks', 'tutorial'])
    for (const name of fs.readdirSync(path.join(root, 'examples', folder)).filter(each => each.endsWith('.net'))) {
      const file = path.join('examples', folder, name);
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      const found = engine.viewOfNet(text, '', 'table');
      assert.deepEqual(found.diagnostics.filter(each => each.severity === 'error'), [], file);
      const {output} = native(['check', file, '--format', 'json']);
      const checks = JSON.stringify(JSON.parse(output));
      for (const each of found.expectations) {
        assert.ok(checks.includes(JSON.stringify(each.text).slice(1, -1)), `${file}: ${each.text}`);
        assert.equal(text.split('\n')[each.at.line - 1].includes('expect'), true, `${file}:${each.at.line}`);
      }
      assert.ok(found.html.includes('<table'), file);
    }
});

test('a mistake is where it is, also behind letters of several bytes', () => {
  const text = 'net wrong {\n  input x: [1, 3, 8, 8]\n  # \u00e4\u{1f600}\n  output y = x -> cnov(8, 3)  # \u{1f600}\n}\n';
  const [mistake] = engine.viewOfNet(text, '', '').diagnostics;
  const document = Text.of(text.split('\n'));
  const {from, to} = placeIn(document, mistake.at);
  assert.equal(text.slice(from, to).startsWith('cnov'), true);
  assert.match(`${mistake.message} ${mistake.help}`, /conv/);
  const inside = placeIn(Text.of(['\u00e4\u{1f600}bc']), {line: 1, column: 7, length: 1});
  assert.deepEqual(inside, {from: 3, to: 4});
  assert.equal(placeIn(document, {line: 99, column: 1, length: 1}), null);
});

test('names of a net are escaped in every view', () => {
  const text = 'net n {\n  input x: [1, 3, 8, 8]\n  output y = x -> conv(8, 3) as a\n  expect params("<img src=x onerror=alert(1)>") == 1\n}\n';
  for (const view of ['table', 'worked', 'graph', 'fields']) assert.ok(!(engine.viewOfNet(text, '', view).html ?? '').includes('<img'));
});

test('hostile texts end in diagnostics', () => {
  for (const text of ['', '\0', 'net', 'net a {'.repeat(2000), '('.repeat(50000), 'net n { repeat 10^9 { x = x } }', 'net n {\n  input x: [99999999999999999999]\n  output y = x -> relu\n}', '\ud800']) {
    const found = engine.viewOfNet(text, 'no such net', 'table');
    assert.ok(Array.isArray(found.diagnostics));
  }
});

test('the words of the language are those of the program', () => {
  const words = engine.wordsOfLanguage();
  const documented = fs.readFileSync(path.join(root, 'docs/layers.md'), 'utf8');
  for (const layer of words.layers) assert.ok(documented.includes(layer.name), layer.name);
  assert.ok(words.layers.length > 20 && words.operators.includes('MatMul'));
  assert.deepEqual(words.layers.find(layer => layer.name === 'conv').parameters.map(each => each.name).slice(0, 4), ['x', 'filters', 'kernel', 'stride']);
});

test('completion knows the call that it is in', () => {
  assert.deepEqual(callAround('x -> conv(8, pad = 1, '), {name: 'conv', given: ['pad']});
  assert.deepEqual(callAround('x -> conv(8, [1, '), {name: 'conv', given: []});
  assert.equal(callAround('net n {\n  x -> conv(8) '), null);
});

test('a link holds a text, whatever is in it, and no more than a text', async () => {
  for (const text of ['', 'net n {}', '\u{1f600} \u00e4 "<script>"', 'x'.repeat(500000)]) assert.equal(await textIn(await hashOf(text)), text);
  assert.equal(await textIn('#other'), null);
  await assert.rejects(textIn('#net=AAAA'));
  await assert.rejects(async () => textIn(await hashOf('0'.repeat(3 << 20))), RangeError);
});

test('sizes and fields of the lessons are those that the program finds', () => {
  let compared = 0;
  for (const size of [3, 7, 16])
    for (const kernel of [1, 2, 3, 5, 7])
      for (const stride of [1, 2, 3])
        for (const padding of [0, 1, 3])
          for (const dilation of [1, 2]) {
            const layers = [{kernel, stride, padding, dilation}, {kernel: 2, stride: 1, padding: 0, dilation: 1}];
            const sizes = sizesOf(size, layers);
            if (sizes.length < 3) continue;
            const {html, diagnostics} = engine.viewOfNet(netOf(size, layers), '', 'table');
            assert.deepEqual(diagnostics.filter(each => each.severity === 'error'), [], netOf(size, layers));
            assert.ok(html.includes(`[1, 16, ${sizes[2]}, ${sizes[2]}]`), netOf(size, layers));
            const {field} = receptiveFields(layers).at(-1);
            const check = engine.viewOfNet(netOf(size, layers).replace(/\}\n$/, `  expect receptive_field(y) == ${field}\n}\n`), '', '');
            assert.equal(check.expectations[0].outcome, 'holds', `${netOf(size, layers)} ${JSON.stringify(check.expectations[0])}`);
            ++compared;
          }
  assert.ok(compared > 100);
});

test('a field is what a convolution of a single spike shows', () => {
  const layers = [{kernel: 3, stride: 2, padding: 1, dilation: 2}, {kernel: 2, stride: 1, padding: 0, dilation: 1}];
  const sizes = sizesOf(11, layers);
  const forward = (values, layer, length) => Array.from({length}, (_, place) => {
    let sum = 0;
    for (let tap = 0; tap < layer.kernel; ++tap) sum += values[place * layer.stride - layer.padding + tap * layer.dilation] ?? 0;
    return sum;
  });
  for (let place = 0; place < sizes[2]; ++place) {
    const seen = [];
    for (let at = 0; at < 11; ++at) {
      const spike = Array.from({length: 11}, (_, i) => (i === at ? 1 : 0));
      if (forward(forward(spike, layers[0], sizes[1]), layers[1], sizes[2])[place] !== 0) seen.push(at);
    }
    assert.deepEqual(fieldsOf(place, sizes, layers)[0].seen, seen);
  }
});

test('what cannot be is refused, and nothing else', () => {
  assert.match(refusal(3, {kernel: 5, stride: 1, padding: 0, dilation: 1}), /kernel of 5 does not fit an input of 3/);
  assert.match(refusal(3, {kernel: 3, stride: 1, padding: 0, dilation: 2}), /spans 5/);
  assert.equal(refusal(3, {kernel: 5, stride: 1, padding: 1, dilation: 1}), '');
  assert.ok(outputSize(3, {kernel: 5, stride: 1, padding: 0, dilation: 1}) < 1);
});

test('exercises take the right answer, and no other', () => {
  const right = {params: '32*(5*5*16 + 1)', macs: '32*16*16*5*5*16'};
  const answers = [right.params, right.macs, '7', '1 + 2*(1 + 2 + 4 + 8)', '(n + 1)*m', '28*28*16*192 + 28*28*32*5*5*16'];
  exercises.forEach((exercise, number) => {
    const ask = answer => judged(engine.viewOfNet(netWithAnswer(exercise, answer), '', ''));
    assert.equal(ask(answers[number]).isRight, true, `${exercise.question} ${JSON.stringify(ask(answers[number]))}`);
    assert.equal(ask('1').isRight, false);
    assert.equal(netWithAnswer(exercise, 'params'), null);
    assert.equal(netWithAnswer(exercise, '1\n}\nnet b {'), null);
  });
});

test('a net of a hundred layers is shown within 50 ms', () => {
  const text = `net deep {\n  input x: [1, 16, 32, 32]\n  h = x\n  for i in 1..50 { h = h -> conv(16, 3, pad = 1) -> relu }\n  output y = h\n}\n`;
  for (const view of ['table', 'worked', 'graph', 'fields']) {
    const times = Array.from({length: 12}, () => {
      const begin = performance.now();
      engine.viewOfNet(text, '', view);
      return performance.now() - begin;
    });
    const median = times.slice(2).sort((a, b) => a - b)[5];
    process.stdout.write(`# ${view}: ${median.toFixed(1)} ms\n`);
    assert.ok(median < 50, `${view}: ${median.toFixed(1)} ms`);
  }
});
