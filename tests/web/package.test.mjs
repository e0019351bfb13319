// The npm package, as it is published: its functions, its types and its program.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {columnsFor, writeLargeModel} from './large_model.mjs';
import {native, root} from './module.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'macroscope-package-'));
after(() => fs.rmSync(scratch, {recursive: true, force: true}));
const resnet = path.join(root, 'examples/models/resnet50.onnx');

let macroscope;
let installed;
before(async () => {
  // What `npm publish` would send, installed elsewhere.
  const [{filename}] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {cwd: process.env.MACROSCOPE_PACKAGE, stdio: ['ignore', 'pipe', 'ignore']}));
  fs.writeFileSync(path.join(scratch, 'package.json'), '{"private": true}');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(scratch, filename)], {cwd: scratch, stdio: 'ignore'});
  installed = path.join(scratch, 'node_modules/macroscope');
  macroscope = await import(pathToFileURL(path.join(installed, 'index.mjs')).href);
});

test('a path, a URL of a file, bytes and a Blob say the same', async () => {
  const bytes = fs.readFileSync(resnet);
  const reports = await Promise.all([resnet, pathToFileURL(resnet), bytes, new Uint8Array(bytes).buffer, new Blob([bytes])].map(model => macroscope.analyze(model)));
  for (const {totals} of reports) assert.deepEqual([totals.parameters, totals.macs], [25557032, '4089184256*batch']);
});

test('numbers for open sizes, nets and training', async () => {
  assert.equal((await macroscope.analyze(resnet, {set: {batch: 8}})).totals.macs, 32713474048);
  const text = new TextEncoder().encode('net a {\n  input x: [1, 10]\n  output y = x -> dense(5)\n}\nnet b {\n  input x: [1, 10]\n  output y = x -> dense(7)\n}\n');
  assert.equal((await macroscope.analyze(text, {net: 'b'})).totals.parameters, 77);
  assert.deepEqual((await macroscope.analyze(text)).map(each => each.totals.parameters), [55, 77]);
});

test('reports are those of the program', async () => {
  for (const format of ['text', 'html', 'csv', 'svg']) assert.equal(await macroscope.render(resnet, format), native(['analyze', resnet, '--format', format, '--quiet']).output.toString());
});

test('two models are compared, also of one name', async () => {
  const change = await macroscope.compare(fs.readFileSync(resnet), fs.readFileSync(resnet), {name: 'same.onnx'});
  assert.match(JSON.stringify(change), /25557032/);
});

test('a file of 5 GB is read by ranges', async () => {
  const file = path.join(scratch, 'large.onnx');
  const {parameters} = writeLargeModel(file, columnsFor(5e9));
  assert.equal((await macroscope.analyze(file)).totals.parameters, parameters);
});

test('what cannot be read is an error that says why', async () => {
  await assert.rejects(macroscope.analyze(new Uint8Array([1, 2, 3])), error => error instanceof macroscope.MacroscopeError && error.code === 3 && error.message.length > 10);
  await assert.rejects(macroscope.analyze(path.join(scratch, 'absent.onnx')), /ENOENT/);
  await assert.rejects(macroscope.analyze(resnet, {args: ['--no-such-option']}), macroscope.MacroscopeError);
  await assert.rejects(macroscope.analyze(17), TypeError);
});

test('its program is the native one, with the files of this machine', () => {
  const run = (...args) => spawnSync(process.execPath, [path.join(installed, 'cli.mjs'), ...args], {cwd: root, env: {PATH: process.env.PATH}});
  for (const args of [['analyze', 'examples/models/resnet50.onnx', '--top', '5'], ['analyze', resnet, '--format', 'json'], ['check', 'examples/homework/4b_bottleneck.net'], ['analyze', 'absent.onnx'], ['--version']]) {
    const ours = run(...args);
    const theirs = native(args);
    assert.equal(ours.stdout.toString(), theirs.output.toString(), args.join(' '));
    assert.equal(ours.stderr.toString(), theirs.messages, args.join(' '));
    assert.equal(ours.status, theirs.code, args.join(' '));
  }
  assert.equal(run('analyze', resnet, '--quiet', '-o', path.join(scratch, 'a.csv')).status, 0);
  assert.equal(fs.readFileSync(path.join(scratch, 'a.csv'), 'utf8'), native(['analyze', resnet, '--quiet', '--format', 'csv']).output.toString());
  const piped = spawnSync(process.execPath, [path.join(installed, 'cli.mjs'), '-', '--format', 'json'], {input: fs.readFileSync(resnet), env: {PATH: process.env.PATH}});
  assert.equal(JSON.parse(piped.stdout).totals.parameters, 25557032);
});
