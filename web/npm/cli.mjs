#!/usr/bin/env node
// The program of the package: the same commands, options and bytes as the native one, on the files of this machine.
import fs from 'node:fs';
import path from 'node:path';
import createMacroscope from './macroscope.cjs';

const args = process.argv.slice(2);
const compiled = await WebAssembly.compile(fs.readFileSync(new URL('macroscope.wasm', import.meta.url)));
const program = await createMacroscope({
  instantiateWasm(imports, receive) {
    WebAssembly.instantiate(compiled, imports).then(instance => receive(instance, compiled));
    return {};
  },
  noExitRuntime: true,
  quit: (_code, reason) => { throw reason; },
  preRun: [({ENV}) => {
    for (const name of ['NO_COLOR', 'TERM', 'COLUMNS', 'GITHUB_STEP_SUMMARY']) if (process.env[name] !== undefined) ENV[name] = process.env[name];
    if (process.stdout.columns) ENV.COLUMNS ??= String(process.stdout.columns);
  }],
});
const {FS} = program;

/** The module has a file system of its own: the folders of this one's root stand in it under their names. */
function mountRoot() {
  const {root} = path.parse(process.cwd());
  const isPosix = root === '/';
  for (const name of isPosix ? fs.readdirSync('/') : ['.']) {
    if (['dev', 'proc', 'sys', 'run'].includes(name)) continue;
    try {
      if (!fs.statSync(path.join(root, name)).isDirectory()) continue;
      FS.mkdirTree(`/${name}`);
      FS.mount(FS.filesystems.NODEFS, {root: path.join(root, name)}, `/${name}`);
    } catch {
      // A folder that cannot be read holds no model.
    }
  }
  FS.chdir(isPosix ? process.cwd() : `/${path.relative(root, process.cwd()).split(path.sep).join('/')}`);
}

/** Writes to a pipe whose reader may be slow, or gone. */
function writeAll(descriptor, bytes) {
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      if (error.code === 'EPIPE') process.exit();
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function redirect(descriptor) {
  const stream = FS.open(`/stream-${descriptor}`, 'w');
  stream.stream_ops = {
    write(_stream, memory, begin, count) {
      writeAll(descriptor, new Uint8Array(memory.buffer, begin, count));
      return count;
    },
  };
  FS.streams[descriptor] = stream;
}

mountRoot();
program._umask(process.umask());
if (args.includes('-')) {
  FS.writeFile('/stream-0', fs.readFileSync(0));
  FS.streams[0] = FS.open('/stream-0', 'r');
}
[1, 2].forEach(redirect);
process.exitCode = program.callMain(args);
