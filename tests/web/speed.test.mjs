// How much slower than the native program is the module?  The best of several runs of each: the native one with its start, the module once the
// engine of JavaScript has optimised what is hot.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {writeChain} from './large_model.mjs';
import {fileOf, native, newEngine} from './module.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-speed-'));
after(() => fs.rmSync(scratch, {recursive: true, force: true}));

function best(times, measured) {
  return Math.min(...Array.from({length: times}, () => {
    const begin = performance.now();
    measured();
    return performance.now() - begin;
  }));
}

function models() {
  assert.equal(native(['export', 'examples/networks/bert.net:bert_base', '-o', path.join(scratch, 'bert.onnx'), '--no-weights', '--quiet']).code, 0);
  writeChain(path.join(scratch, 'chain.onnx'), 100_000);
  return [['bert.onnx', 40], ['chain.onnx', 5]];
}

test('at most three times as slow', async () => {
  const engine = await newEngine();
  for (const [name, times] of models()) {
    const args = ['analyze', name, '--format', 'json'];
    const ours = best(times, () => engine.run(args, [fileOf(name, scratch)]));
    const theirs = best(times, () => native(args, scratch));
    process.stdout.write(`# ${name}: ${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms\n`);
    assert.ok(ours <= 3 * theirs, `${name}: ${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms`);
  }
});
