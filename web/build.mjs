// node web/build.mjs MODULE_FOLDER OUTPUT_FOLDER: the pages, as a folder for any static host.
//
// MODULE_FOLDER is where the preset `wasm` has put macroscope.js and macroscope.wasm.  Nothing in the output depends on when or where it is made.
import {build} from 'esbuild';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {startEngine, textSource} from './engine/engine.mjs';
import {tutorialAsHtml} from './lessons/tutorial.mjs';

const web = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(web);
const [moduleFolder, output] = process.argv.slice(2).map(folder => path.resolve(folder));
const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');

const netsIn = folder => fs.readdirSync(path.join(root, 'examples', folder)).filter(name => name.endsWith('.net')).sort()
  .map(name => ({name, text: read(root, 'examples', folder, name)}));
const examples = {
  models: fs.readdirSync(path.join(root, 'examples/models')).filter(name => name.endsWith('.onnx')).sort(),
  groups: [['First steps', 'tutorial'], ['Networks', 'networks'], ['Homework', 'homework']].map(([title, folder]) => ({title, nets: netsIn(folder)})),
};

/** Modules that are made here: the program, and the examples. */
const made = {
  name: 'made',
  setup({onLoad, onResolve}) {
    onResolve({filter: /^macroscope-module$/}, () => ({path: path.join(moduleFolder, 'macroscope.js')}));
    onResolve({filter: /^macroscope-examples$/}, () => ({path: 'examples', namespace: 'made'}));
    onLoad({filter: /^examples$/, namespace: 'made'}, () => ({
      contents: Object.entries(examples).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n'), loader: 'js',
    }));
    // What Emscripten writes for node is never reached in a browser.
    onResolve({filter: /^(fs|path|crypto|worker_threads)$/}, ({path: name}) => ({path: name, namespace: 'node-only'}));
    onLoad({filter: /.*/, namespace: 'node-only'}, () => ({contents: 'module.exports = {};', loader: 'js'}));
  },
};

async function bundle(entries) {
  await build({
    absWorkingDir: web, entryPoints: entries, outdir: output, bundle: true, minify: true, format: 'iife', target: ['chrome123', 'firefox121', 'safari17.5'],
    charset: 'utf8', legalComments: 'eof', logLevel: 'warning', plugins: [made],
  });
}

/** What the report's own policy allows, the page that shows it must allow as well. */
async function digestsOfReport() {
  const createMacroscope = createRequire(import.meta.url)(path.join(moduleFolder, 'macroscope.js'));
  const engine = await startEngine(createMacroscope, await WebAssembly.compile(fs.readFileSync(path.join(moduleFolder, 'macroscope.wasm'))));
  const {written} = engine.run(['analyze', 'one.net', '--quiet', '-o', 'one.html'], [{name: 'one.net', source: textSource('net one {\n  input x: [1]\n  output y = x -> relu\n}\n')}]);
  const report = new TextDecoder().decode(written.get('one.html'));
  const digest = directive => new RegExp(`${directive} ('sha256-[A-Za-z0-9+/=]+')`).exec(report)[1];
  return {'report-script': digest('script-src'), 'report-style': digest('style-src')};
}

function writePage(source, target, values) {
  const filled = (text, known) => text.replaceAll(/\{\{([a-z-]+)\}\}/g, (_, name) => {
    if (known[name] === undefined) throw new Error(`${source}: nothing is called ${name}`);
    return known[name];
  });
  fs.writeFileSync(path.join(output, target), filled(read(web, source), {...values, head: filled(read(web, 'app/head.html'), values).trimEnd()}));
}

fs.rmSync(output, {recursive: true, force: true});
fs.mkdirSync(path.join(output, 'models'), {recursive: true});
await bundle([
  {in: 'app/policy_first.mjs', out: 'policy'}, {in: 'app/app.mjs', out: 'app'}, {in: 'playground/playground.mjs', out: 'playground'},
  {in: 'lessons/lessons.mjs', out: 'lessons'}, {in: 'engine/worker.mjs', out: 'engine'},
]);
const values = await digestsOfReport();
writePage('app/index.html', 'index.html', values);
writePage('playground/playground.html', 'playground.html', values);
writePage('lessons/lessons.html', 'lessons.html', {...values, tutorial: tutorialAsHtml(read(root, 'docs/tutorial.md'))});
for (const style of ['app/style.css', 'playground/playground.css', 'lessons/lessons.css']) fs.copyFileSync(path.join(web, style), path.join(output, path.basename(style)));
fs.copyFileSync(path.join(moduleFolder, 'macroscope.wasm'), path.join(output, 'macroscope.wasm'));
// For file://, where pages may load scripts and nothing else.
const fromFile = {engine: read(output, 'engine.js'), module: gzipSync(fs.readFileSync(path.join(moduleFolder, 'macroscope.wasm')), {level: 9}).toString('base64')};
fs.writeFileSync(path.join(output, 'from_file.js'), `globalThis.macroscopeFromFile = ${JSON.stringify(fromFile)};\n`);
for (const name of examples.models) fs.copyFileSync(path.join(root, 'examples/models', name), path.join(output, 'models', name));
fs.writeFileSync(path.join(output, '.nojekyll'), '');

const digest = createHash('sha256').update(fs.readFileSync(path.join(output, 'macroscope.wasm'))).digest('hex');
process.stderr.write(`${path.relative(process.cwd(), output)}: the pages, with the module ${digest.slice(0, 12)}\n`);
