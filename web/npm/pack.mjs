// node web/npm/pack.mjs MODULE_FOLDER OUTPUT_FOLDER: the folder that `npm publish` takes.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const npm = path.dirname(fileURLToPath(import.meta.url));
const web = path.dirname(npm);
const [moduleFolder, output] = process.argv.slice(2).map(folder => path.resolve(folder));

fs.rmSync(output, {recursive: true, force: true});
fs.mkdirSync(output, {recursive: true});
for (const name of ['index.mjs', 'index.d.ts', 'cli.mjs', 'README.md']) fs.copyFileSync(path.join(npm, name), path.join(output, name));
for (const name of ['engine.mjs', 'sources.mjs']) fs.copyFileSync(path.join(web, 'engine', name), path.join(output, name));
// The version stands in CMakeLists.txt.
const [, version] = /project\(macroscope VERSION ([0-9.]+)/.exec(fs.readFileSync(path.join(path.dirname(web), 'CMakeLists.txt'), 'utf8'));
const {name, ...others} = JSON.parse(fs.readFileSync(path.join(npm, 'package.json'), 'utf8'));
fs.writeFileSync(path.join(output, 'package.json'), `${JSON.stringify({name, version, ...others}, null, 2)}\n`);
fs.copyFileSync(path.join(moduleFolder, 'macroscope.js'), path.join(output, 'macroscope.cjs'));
fs.copyFileSync(path.join(moduleFolder, 'macroscope.wasm'), path.join(output, 'macroscope.wasm'));
fs.copyFileSync(path.join(path.dirname(web), 'LICENSE'), path.join(output, 'LICENSE'));
fs.chmodSync(path.join(output, 'cli.mjs'), 0o755);
