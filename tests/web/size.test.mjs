// Is what a visitor loads as small as it should be?
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';

const pages = process.env.MACROSCOPE_PAGES;

test('the module has at most 1.5 MB, whichever way a server sends it', () => {
  const module = fs.readFileSync(path.join(pages, 'macroscope.wasm'));
  const brotli = brotliCompressSync(module, {params: {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24}}).length;
  const gzip = gzipSync(module, {level: 9}).length;
  process.stdout.write(`# ${module.length} bytes, ${brotli} by brotli, ${gzip} by gzip\n`);
  assert.ok(Math.max(brotli, gzip) <= 1_500_000, `${brotli} bytes by brotli, ${gzip} by gzip`);
});

// The module once more, for pages that no server sends.
const modules = ['macroscope.wasm', 'from_file.js'];

test('everything besides the module has less than 3 MB, uncompressed', () => {
  const sizes = fs.readdirSync(pages, {recursive: true}).filter(name => !modules.includes(name)).map(name => fs.statSync(path.join(pages, name))).filter(each => each.isFile());
  const all = sizes.reduce((sum, each) => sum + each.size, 0);
  process.stdout.write(`# ${all} bytes\n`);
  assert.ok(all < 3_000_000, `${all} bytes`);
});

test('pages hold no script or style of their own, and every policy is the strict one', () => {
  for (const name of fs.readdirSync(pages).filter(each => each.endsWith('.html'))) {
    const text = fs.readFileSync(path.join(pages, name), 'utf8');
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=/);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)[1];
    assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+'; style-src 'self' 'sha256-[^']+'; img-src 'self' data:; worker-src blob:; frame-src blob:; connect-src /);
    assert.ok(!policy.includes('unsafe-inline') && !policy.includes("'unsafe-eval'"));
    assert.ok(text.indexOf('Content-Security-Policy') < text.indexOf('<script'));
  }
});
