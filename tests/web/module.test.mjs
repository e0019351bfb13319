// Does the module say the same as the native program, byte for byte?
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {columnsFor, writeLargeModel} from './large_model.mjs';
import {fileOf, native, newEngine, root} from './module.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-module-'));
after(() => fs.rmSync(scratch, {recursive: true, force: true}));

const filesIn = (folder, ending) => fs.readdirSync(path.join(root, folder)).filter(name => name.endsWith(ending)).sort().map(name => `${folder}/${name}`);
const models = filesIn('examples/models', '.onnx');
const nets = ['examples/tutorial', 'examples/networks', 'examples/homework'].flatMap(folder => filesIn(folder, '.net'));
const formats = ['text', 'markdown', 'html', 'latex', 'json', 'csv', 'dot', 'svg'];

let engine;
before(async () => { engine = await newEngine(); });

function assertSame(args, names, cwd = root) {
  const expected = native(args, cwd);
  const found = engine.run(args, names.map(name => fileOf(name, cwd)));
  const what = args.join(' ');
  assert.equal(found.code, expected.code, `${what}: exit code; ${found.messages}`);
  assert.ok(Buffer.from(found.output).equals(expected.output), `${what}: standard output`);
  assert.equal(found.messages, expected.messages, `${what}: messages`);
  return expected;
}

for (const name of [...models, ...nets])
  test(`${name} in every format`, () => {
    for (const format of formats) assert.ok(assertSame(['analyze', name, '--format', format], [name]).output.length > 0);
  });

test('worked tables, expectations and layouts of every net', () => {
  for (const name of nets) {
    assertSame(['table', name, '--training'], [name]);
    assertSame(['table', name, '--format', 'csv'], [name]);
    assertSame(['check', name], [name]);
    assertSame(['fmt', name], [name]);
  }
});

test('what else the program can do', () => {
  const [encoder, resnet] = models;
  assertSame(['analyze', encoder, '--set', 'batch=3,sequence=77', '--training', '--exact', '--details'], [encoder]);
  assertSame(['analyze', resnet, '--device', 'examples/devices/nvidia-t4.toml'], [resnet, 'examples/devices/nvidia-t4.toml']);
  assertSame(['analyze', resnet, '--set', 'batch=1..4'], [resnet]);
  assertSame(['analyze', ...models, '--format', 'json'], models);
  for (const format of ['text', 'html', 'json']) assertSame(['compare', ...models, '--format', format], models);
  assertSame(['explain', resnet, '/conv1/Conv'], [resnet]);
  assertSame(['ops'], []);
  assertSame(['--man'], []);
});

test('mistakes read the same', () => {
  assertSame(['analyze', 'absent.onnx'], []);
  assertSame(['analyze', '--no-such-option'], []);
  assertSame(['analyze', 'README.md'], ['README.md']);
  fs.writeFileSync(path.join(scratch, 'wrong.net'), 'net wrong {\n  input x: [1, 3, 8, 8]\n  output y = x -> conv(8, 3) -> cnov(4, 3)\n}\n');
  assertSame(['analyze', 'wrong.net'], ['wrong.net'], scratch);
  fs.writeFileSync(path.join(scratch, 'cut.onnx'), fs.readFileSync(path.join(root, models[1])).subarray(0, 5000));
  assertSame(['analyze', 'cut.onnx'], ['cut.onnx'], scratch);
});

test('weights of 5 GB and 12 GB are passed over', () => {
  for (const gigabytes of [5, 12]) {
    const name = `large${gigabytes}.onnx`;
    const {length, parameters} = writeLargeModel(path.join(scratch, name), columnsFor(gigabytes * 1e9));
    assert.ok(length > 2 ** 32);
    const expected = assertSame(['analyze', name, '--format', 'json'], [name], scratch);
    assert.equal(JSON.parse(expected.output).totals.parameters, parameters);
    const {bytesRead} = engine.run(['analyze', name, '--format', 'json'], [fileOf(name, scratch)]);
    assert.ok(bytesRead < 64 * 1024, `${bytesRead} bytes read`);
  }
});

test('memory does not grow from run to run', () => {
  const run = () => engine.run(['analyze', models[1], '--format', 'html'], [fileOf(models[1])]);
  for (let i = 0; i < 5; ++i) run();
  const before = engine.memory;
  for (let i = 0; i < 30; ++i) run();
  assert.equal(engine.memory, before);
});

test('files that a run writes come back, and nothing stays', () => {
  const {written} = engine.run(['analyze', models[0], '--quiet', '-o', 'a.html', '-o', 'sub.csv'], [fileOf(models[0])]);
  assert.deepEqual([...written.keys()].sort(), ['a.html', 'sub.csv']);
  assert.equal(engine.run(['analyze', models[0], '--quiet'], []).code, 3);
});
