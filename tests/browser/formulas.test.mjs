// Does the page's script give each formula of tests/formulas/cases.json the value that the program and the package give it?
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {numberAt, parseFormula} from '../../reports/web/formulas.mjs';

const {values} = JSON.parse(fs.readFileSync(new URL('../formulas/cases.json', import.meta.url), 'utf8'));

test('formulas have the values that the program and the package give them', () => {
  assert.ok(values.length > 150);
  for (const {text, sizes, value} of values) {
    const numbers = new Map(Object.entries(sizes).map(([name, size]) => [name, BigInt(size)]));
    const found = numberAt(parseFormula(text), numbers);
    assert.equal(found === null ? null : String(found), value, text);
  }
});
