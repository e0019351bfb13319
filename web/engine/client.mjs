// Client: what a page asks the engine, which works in a worker.  The module is compiled once, and given to each worker that comes after a cancelled one.

import {closeConnections} from './policy.mjs';

export class EngineError extends Error {
  constructor({message, help, mayBeRedirect = false}) {
    super(message);
    this.name = 'EngineError';
    this.help = help;
    this.mayBeRedirect = mayBeRedirect;
  }
}

export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

const at = path => new URL(path, document.baseURI);

async function loadModule() {
  const response = await fetch(at('macroscope.wasm'));
  if (!response.ok) throw new EngineError({message: `The program could not be loaded: ${response.status}.`, help: 'Load the page again.'});
  // Not every static host says that a .wasm is one.
  const isDeclared = response.headers.get('Content-Type') === 'application/wasm';
  return isDeclared ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** A page of file:// may load scripts and nothing else: one of them holds the program, compressed, and the script of the worker. */
async function loadFromFile() {
  const script = document.createElement('script');
  script.src = at('from_file.js').href;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new EngineError({message: 'The program could not be loaded: from_file.js is not beside the page.', help: 'Keep the files of the page in one folder.'}));
    document.head.append(script);
  });
  const {engine, module} = globalThis.macroscopeFromFile;
  const compressed = Uint8Array.from(atob(module), letter => letter.charCodeAt(0));
  const bytes = new Response(new Blob([compressed]).stream().pipeThrough(new DecompressionStream('gzip')));
  return {script: engine, compiled: await WebAssembly.compile(await bytes.arrayBuffer())};
}

async function loadFromServer() {
  const script = fetch(at('engine.js')).then(response => response.text());
  return {compiled: await loadModule(), script: await script};
}

async function load() {
  const {compiled, script} = await (location.protocol === 'file:' ? loadFromFile() : loadFromServer());
  // A worker of a blob has the policy of the page; one of a URL would have that of the server, which is none.
  const worker = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
  closeConnections();
  return {compiled, worker};
}

export class Client {
  #loaded;
  #worker = null;
  #waiting = new Map();
  #last = 0;

  constructor() {
    this.#loaded = load();
    this.#start().catch(() => {});
  }

  async #start() {
    const {compiled, worker} = await this.#loaded;
    if (this.#worker !== null) return;
    this.#worker = new Worker(worker);
    this.#worker.onmessage = ({data}) => {
      const waiting = this.#waiting.get(data.id);
      if (waiting === undefined) return;
      if (data.progress) return waiting.onProgress(data.progress);
      this.#waiting.delete(data.id);
      data.error ? waiting.reject(new EngineError(data.error)) : waiting.resolve(data.result);
    };
    this.#worker.postMessage({id: 0, job: 'start', compiled});
  }

  /** Waits from now on, so that it can be cancelled while the program is still on its way. */
  #ask(job, message, onProgress = () => {}) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject, onProgress});
      this.#start().then(() => { if (this.#waiting.has(id)) this.#worker.postMessage({...message, id, job}); }).catch(reject);
    });
  }

  /**
   * Runs the program: `macroscope ARGS...`, with the files that it can read, each `{name}` and one of file, url, bytes and text.
   * @returns the exit code, standard output, messages and the files that were written
   */
  run(args, files, onProgress) { return this.#ask('run', {args, files}, onProgress); }
  viewOfNet(text, net, view) { return this.#ask('viewOfNet', {text, net, view}); }
  wordsOfLanguage() { return this.#ask('wordsOfLanguage', {}); }

  /** Ends all that was asked for: the program cannot be interrupted otherwise. */
  cancel() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const {reject} of this.#waiting.values()) reject(new Cancelled());
    this.#waiting.clear();
    this.#start().catch(() => {});
  }
}
