// Engine: the program in a module, in a worker or in node.  It has a file system of its own, in which the files of a run stand under the names that
// the reports show; nothing else is there.

import {UnreadableSource, bytesSource} from './sources.mjs';

const folder = '/work';
const encoder = new TextEncoder();

/**
 * @param createMacroscope what Emscripten makes of the program
 * @param {WebAssembly.Module} compiled
 */
export async function startEngine(createMacroscope, compiled) {
  const make = () => createMacroscope({
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(compiled, imports).then(instance => receive(instance, compiled));
      return {};
    },
    noExitRuntime: true,
    quit: (_code, reason) => { throw reason; },
    print: () => {},
    printErr: () => {},
  });
  return new Engine(make, await make());
}

export class Engine {
  #make;
  #module;

  constructor(make, module) {
    this.#make = make;
    this.#module = module;
    this.#prepare();
  }

  #prepare() {
    const {FS} = this.#module;
    FS.mkdirTree(folder);
    FS.chdir(folder);
    // Emscripten's own lets nobody read a file that the program writes.
    this.#module._umask(0o022);
  }

  /** After a run that ended otherwise than the program ends: its memory is in no known state. */
  async restart() {
    this.#module = await this.#make();
    this.#prepare();
  }

  /**
   * Runs the program.
   * @param {string[]} args as on a command line
   * @param {{name: string, source: {size: number, read(offset: number, length: number): Uint8Array}}[]} files that it can read
   * @param {(progress: {name: string, bytes: number, offset: number, size: number}) => void} [onRead]
   * @returns {{code: number, output: Uint8Array, messages: string, written: Map<string, Uint8Array>, bytesRead: number}}
   */
  run(args, files = [], onRead = () => {}) {
    const {FS} = this.#module;
    let bytesRead = 0;
    let failure = null;
    const named = new Set();
    for (const {name, source} of files) {
      const read = (offset, length) => {
        try {
          const bytes = source.read(offset, length);
          bytesRead += bytes.byteLength;
          onRead({name, bytes: bytesRead, offset, size: source.size});
          return bytes;
        } catch (error) {
          failure ??= error;
          throw new FS.ErrnoError(29);  // EIO
        }
      };
      this.#place(name, source.size, read);
      named.add(this.#path(name));
    }
    const streams = [1, 2].map(descriptor => this.#redirect(descriptor));
    // The arguments stay on the stack otherwise.
    const stack = this.#module.stackSave();
    let code;
    try {
      code = this.#module.callMain(args);
      this.#module.stackRestore(stack);
    } finally {
      streams.forEach(({restore}) => restore());
    }
    const [output, messages] = streams.map(({content}) => content());
    const written = this.#takeFiles(named);
    if (failure instanceof UnreadableSource) throw failure;
    return {code, output, messages: new TextDecoder().decode(messages), written, bytesRead};
  }

  /** What stands beside a text in an editor: web/engine/net_view.h. */
  viewOfNet(text, net, view) { return this.#ask('_macroscope_view_of_net', text.replaceAll('\0', '\ufffd'), net, view); }
  wordsOfLanguage() { return this.#ask('_macroscope_words_of_language'); }

  /** Bytes of memory that the module has taken. */
  get memory() { return this.#module.HEAPU8.byteLength; }

  /** Calls a function that takes texts and returns JSON. */
  #ask(name, ...texts) {
    const module = this.#module;
    const places = texts.map(text => {
      const bytes = encoder.encode(`${text}\0`);
      const place = module._malloc(bytes.length);
      module.HEAPU8.set(bytes, place);
      return place;
    });
    const begin = module[name](...places);
    places.forEach(place => module._free(place));
    return JSON.parse(new TextDecoder().decode(module.HEAPU8.subarray(begin, module.HEAPU8.indexOf(0, begin))));
  }

  #path(name) { return name.startsWith('/') ? name : `${folder}/${name.replace(/^(\.\/)+/, '')}`; }

  #place(name, size, read) {
    const {FS} = this.#module;
    const path = this.#path(name);
    const slash = path.lastIndexOf('/');
    FS.mkdirTree(path.slice(0, slash) || '/');
    const node = FS.createFile(path.slice(0, slash) || '/', path.slice(slash + 1), {}, true, false);
    Object.defineProperty(node, 'usedBytes', {get: () => size});
    node.stream_ops = {
      llseek: node.stream_ops.llseek,
      read(_stream, buffer, at, length, position) {
        const wanted = Math.min(length, size - position);
        if (wanted <= 0) return 0;
        const bytes = read(position, wanted);
        buffer.set(bytes, at);
        return bytes.byteLength;
      },
    };
  }

  /** Keeps what is written to a descriptor: a file that grows is copied over and over, and Emscripten's terminal takes letter by letter. */
  #redirect(descriptor) {
    const {FS} = this.#module;
    const path = `/stream-${descriptor}`;
    const before = FS.streams[descriptor];
    const stream = FS.open(path, 'w');
    const pieces = [];
    let length = 0;
    stream.stream_ops = {
      write(_stream, memory, begin, count) {
        pieces.push(new Uint8Array(memory.buffer.slice(begin, begin + count)));
        length += count;
        return count;
      },
    };
    FS.streams[descriptor] = stream;
    return {
      content: () => {
        const bytes = new Uint8Array(length);
        let at = 0;
        for (const piece of pieces) {
          bytes.set(piece, at);
          at += piece.length;
        }
        return bytes;
      },
      restore: () => {
        FS.streams[descriptor] = before;
        FS.close(stream);
        FS.unlink(path);
      },
    };
  }

  /** The files that a run wrote; nothing is left of it. */
  #takeFiles(named) {
    const {FS} = this.#module;
    const written = new Map();
    const empty = path => {
      for (const name of FS.readdir(path)) {
        if (name === '.' || name === '..') continue;
        const inside = `${path}/${name}`;
        if (FS.isDir(FS.stat(inside).mode)) {
          empty(inside);
          FS.rmdir(inside);
        } else {
          if (!named.has(inside)) written.set(inside.slice(folder.length + 1), FS.readFile(inside));
          FS.unlink(inside);
        }
      }
    };
    empty(folder);
    for (const path of named) if (!path.startsWith(`${folder}/`)) FS.unlink(path);
    return written;
  }
}

/** A text as a file. */
export const textSource = text => bytesSource(encoder.encode(text));
