// node web/serve.mjs FOLDER [PORT]: serves a folder on this machine alone, as any static host would: with ranges, and without headers of its own.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const types = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.wasm': 'application/wasm'};

/** A server of the folder, which listens nowhere yet. */
export function serverOf(folder) {
  const root = fs.realpathSync(folder);
  return http.createServer((request, response) => {
    const refuse = status => response.writeHead(status).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    let file;
    try {
      file = path.join(root, path.normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)));
      if (fs.statSync(file).isDirectory()) file = path.join(file, 'index.html');
      file = fs.realpathSync(file);
    } catch {
      return refuse(404);
    }
    if (!file.startsWith(root + path.sep)) return refuse(404);
    const {size} = fs.statSync(file);
    const range = /^bytes=([0-9]+)-([0-9]*)$/.exec(request.headers.range ?? '');
    const begin = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    if (range && begin > end) return response.writeHead(416, {'Content-Range': `bytes */${size}`}).end();
    response.writeHead(range ? 206 : 200, {
      'Content-Type': types[path.extname(file)] ?? 'application/octet-stream', 'Content-Length': Math.max(end - begin + 1, 0), 'Accept-Ranges': 'bytes',
      ...(range ? {'Content-Range': `bytes ${begin}-${end}/${size}`} : {}),
    });
    if (request.method === 'HEAD' || size === 0) return response.end();
    fs.createReadStream(file, {start: begin, end}).pipe(response);
  });
}

/** Opens the page for who sits at this machine; elsewhere its address is enough. */
function open(address) {
  const isMac = process.platform === 'darwin';
  if (!process.stderr.isTTY || !(isMac || process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) return;
  spawn(isMac ? 'open' : 'xdg-open', [address], {stdio: 'ignore', detached: true}).on('error', () => {}).unref();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port = '8000'] = process.argv.slice(2);
  const server = serverOf(folder);
  server.on('error', error => {
    process.stderr.write(`${error.code === 'EADDRINUSE' ? `port ${port} is taken: name another one` : error.message}\n`);
    process.exit(1);
  });
  server.listen(Number(port), 'localhost', () => {
    const address = `http://localhost:${server.address().port}/`;
    process.stderr.write(`${address}  (Ctrl-C ends it)\n`);
    open(address);
  });
}
