// The module and the native program, side by side.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {startEngine} from '../../web/engine/engine.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = process.env.MACROSCOPE_MODULE;

export const compiled = WebAssembly.compile(fs.readFileSync(path.join(folder, 'macroscope.wasm')));
export const newEngine = async () => startEngine(createRequire(import.meta.url)(path.join(folder, 'macroscope.js')), await compiled);

/** What the program itself answers. */
export function native(args, cwd = root) {
  const {status, stdout, stderr} = spawnSync(process.env.MACROSCOPE_PROGRAM, args, {cwd, maxBuffer: 2 ** 28, env: {PATH: process.env.PATH}});
  return {code: status, output: stdout, messages: stderr.toString()};
}

/** A file on the disk as an engine reads it. */
export function fileOf(name, cwd = root) {
  const file = fs.openSync(path.join(cwd, name), 'r');
  return {name, source: {
    size: fs.fstatSync(file).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, offset));
    },
  }};
}
