// What is a formula of open sizes at given sizes?  Exact: quotients of big integers.
//
// A module of its own, so that its cases run without a browser; the page holds it as a part of its one script.

const TOKEN = /\s*(?:(\d+)|([A-Za-z_]\w*)|(.))/gy;

// Reads + - * / ^, calls of FUNCTIONS, names and integers; null where a text is no formula.
export function parseFormula(text) {
  const tokens = [...text.matchAll(TOKEN)].map(([, number, name, sign]) => ({number, name, sign}));
  let at = 0;
  const is = sign => tokens[at]?.sign === sign;
  const take = sign => { if (!is(sign)) throw new SyntaxError(text); at += 1; };
  const list = () => { const all = [sum()]; while (is(',')) { at += 1; all.push(sum()); } return all; };
  const primary = () => {
    const token = tokens[at];
    at += 1;
    if (token?.number) return {number: BigInt(token.number)};
    if (token?.name && is('(')) { take('('); const operands = list(); take(')'); return {call: token.name, operands}; }
    if (token?.name) return {name: token.name};
    if (token?.sign === '(') { const inside = sum(); take(')'); return inside; }
    if (token?.sign === '-') return {sign: '*', operands: [{number: -1n}, power()]};
    throw new SyntaxError(text);
  };
  const power = () => { let base = primary(); while (is('^')) { at += 1; base = {sign: '^', operands: [base, primary()]}; } return base; };
  const chain = (next, signs) => { let left = next(); while (tokens[at] && signs.includes(tokens[at].sign)) { const {sign} = tokens[at]; at += 1; left = {sign, operands: [left, next()]}; } return left; };
  const product = () => chain(power, ['*', '/']);
  const sum = () => chain(product, ['+', '-']);
  try {
    const whole = sum();
    return at === tokens.length ? whole : null;
  } catch {
    return null;
  }
}

const floorOf = ([over, under]) => { const whole = over / under; return whole * under !== over && (over < 0n) !== (under < 0n) ? whole - 1n : whole; };
const less = ([a, b], [c, d]) => a * d < c * b;
const FUNCTIONS = {
  floor: ([a]) => [floorOf(a), 1n],
  ceil: ([[over, under]]) => [-floorOf([-over, under]), 1n],
  max: values => values.reduce((a, b) => (less(a, b) ? b : a)),
  min: values => values.reduce((a, b) => (less(b, a) ? b : a)),
  mod: ([a, b]) => [a[0] - b[0] * floorOf([a[0] * b[1], a[1] * b[0]]), 1n],
  abs: ([[over, under]]) => [over < 0n ? -over : over, under],
};
const SIGNS = {
  '+': (a, b) => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]],
  '-': (a, b) => [a[0] * b[1] - b[0] * a[1], a[1] * b[1]],
  '*': (a, b) => [a[0] * b[0], a[1] * b[1]],
  '/': (a, b) => { if (b[0] === 0n) throw new RangeError('division by 0'); return b[0] < 0n ? [-a[0] * b[1], a[1] * -b[0]] : [a[0] * b[1], a[1] * b[0]]; },
  '^': (a, b) => [a[0] ** b[0], a[1] ** b[0]],
};

// A quotient as [over, under], under > 0.  `value` gives sizes by name.
export function evaluate(formula, value) {
  if (formula.number !== undefined) return [formula.number, 1n];
  if (formula.name) return value(formula.name);
  const operands = formula.operands.map(each => evaluate(each, value));
  return formula.call ? FUNCTIONS[formula.call](operands) : SIGNS[formula.sign](...operands);
}

// The integer at these sizes; null where the formula holds a name that has none.
export function numberAt(formula, sizes, definitions = new Map()) {
  const known = new Map();
  const value = name => {
    if (sizes.has(name)) return [sizes.get(name), 1n];
    if (!known.has(name)) {
      if (!definitions.has(name)) throw new ReferenceError(name);
      known.set(name, evaluate(definitions.get(name), value));
    }
    return known.get(name);
  };
  try {
    const [over, under] = evaluate(formula, value);
    return over / under;
  } catch {
    return null;
  }
}
