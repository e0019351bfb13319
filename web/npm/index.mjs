// The package: what a model costs, from node and from pages that bundle it.
import createMacroscope from './macroscope.cjs';
import {startEngine, textSource} from './engine.mjs';
import {bytesSource} from './sources.mjs';

/** What the program reports of a model that cannot be read, or of arguments that say nothing. */
export class MacroscopeError extends Error {
  constructor(message, code) {
    super(message);
    this.name = 'MacroscopeError';
    this.code = code;
  }
}

const isNode = typeof process === 'object' && Boolean(process.versions?.node);
/** Bytes of a Blob have to be in memory; a path is read by ranges. */
const mostBytesOfBlob = 2 ** 30;

async function moduleBytes() {
  const place = new URL('macroscope.wasm', import.meta.url);
  if (isNode && place.protocol === 'file:') {
    const {readFile} = await import('node:fs/promises');
    return readFile(place);
  }
  return (await fetch(place)).arrayBuffer();
}

let started;
const engine = () => (started ??= moduleBytes().then(bytes => WebAssembly.compile(bytes)).then(compiled => startEngine(createMacroscope, compiled)));

async function fileOnDisk(path) {
  const fs = await import('node:fs');
  const file = fs.openSync(path, 'r');
  const {size} = fs.fstatSync(file);
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, offset));
    },
    close: () => fs.closeSync(file),
  };
}

const endingOf = bytes => (/^\s*(#|net\b|block\b|compare\b|expect\b)/.test(new TextDecoder().decode(bytes.subarray(0, 200))) ? 'net' : 'onnx');

async function opened(model, options) {
  if (typeof model === 'string' || model instanceof URL) {
    const path = model instanceof URL ? (await import('node:url')).fileURLToPath(model) : model;
    return {name: path, source: await fileOnDisk(path)};
  }
  let bytes;
  if (typeof Blob === 'function' && model instanceof Blob) {
    if (model.size > mostBytesOfBlob) throw new MacroscopeError(`a Blob of ${model.size} bytes would have to be read whole: name the path of the file`, 2);
    bytes = new Uint8Array(await model.arrayBuffer());
  } else if (ArrayBuffer.isView(model)) {
    bytes = new Uint8Array(model.buffer, model.byteOffset, model.byteLength);
  } else if (model instanceof ArrayBuffer) {
    bytes = new Uint8Array(model);
  } else {
    throw new TypeError('a model is a path, bytes or a Blob');
  }
  return {name: options.name ?? model.name ?? `model.${endingOf(bytes)}`, source: bytesSource(bytes)};
}

function argumentsOf({set, assume, free, net, training, strict, args = []}) {
  const pairs = (option, values = {}) => Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
  return [...pairs('--set', set), ...pairs('--assume', assume), ...(free?.length > 0 ? ['--free', free.join(',')] : []), ...(training ? ['--training'] : []), ...(strict ? ['--strict'] : []), ...args];
}

const safe = name => (name.startsWith('-') ? `./${name}` : name);

async function runOn(command, models, options, format) {
  const files = await Promise.all(models.map(model => opened(model, options)));
  if (files.length === 2 && files[0].name === files[1].name) [files[0].name, files[1].name] = [`before/${files[0].name}`, `after/${files[1].name}`];
  for (const file of files) file.name = safe(file.name);
  try {
    const nets = files.map(({name}) => (options.net ? `${name}:${options.net}` : name));
    const result = await run([...command, ...nets, '--format', format, ...argumentsOf(options)], files);
    if (result.code >= 2 && result.output.length === 0) throw new MacroscopeError(result.messages.trim(), result.code);
    return result;
  } finally {
    for (const {source} of files) source.close?.();
  }
}

export async function run(args, files = []) {
  const program = await engine();
  const sources = files.map(({name, source, bytes, text}) => ({name, source: source ?? (text === undefined ? bytesSource(bytes) : textSource(text))}));
  try {
    const {output, ...others} = program.run(args, sources);
    return {...others, output: new TextDecoder().decode(output)};
  } catch (error) {
    await program.restart();
    throw error;
  }
}

export async function analyze(model, options = {}) {
  const {output, messages, code} = await runOn(['analyze', '--quiet'], [model], options, 'json');
  const document = JSON.parse(output);
  const errors = [document].flat().flatMap(each => each.diagnostics ?? []).filter(each => each.severity === 'error');
  if (code >= 2) throw new MacroscopeError(errors.map(each => each.message).join('\n') || messages.trim(), code);
  return document;
}

export const render = async (model, format, options = {}) => (await runOn(['analyze', '--quiet'], [model], options, format)).output;
export const compare = async (before, after, options = {}) => JSON.parse((await runOn(['compare'], [before, after], options, 'json')).output);
