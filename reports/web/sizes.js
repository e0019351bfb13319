// Sizes as controls: every formula of a model's article, and the numbers that it is at the chosen sizes.

const CONTROLS = 3;  // in sight; the others are behind them
// Tables whose every number follows.
const FOLLOW = new Set(['layers', 'operators', 'nested_layers', 'totals', 'memory', 'savings', 'redundancies', 'receptive_path', 'tensor_lives', 'symbols', 'definitions', 'order', 'receptive_field']);
const LISTS = new Set(['receptive_field', 'jump', 'extent', 'size', 'start']);

// `[batch, 3, max(a, b)]` and `7 x k`: formulas in a row.
function listOf(text) {
  const isShape = text.startsWith('[') && text.endsWith(']');
  const parts = [];
  let depth = 0, part = '';
  for (const token of isShape ? text.slice(1, -1) : text.split(/( x )/)) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (depth === 0 && (token === ',' || token === ' x ')) { parts.push(part); part = ''; } else part += token;
  }
  parts.push(part);
  return {parts: parts.map(each => parseFormula(each.trim())), separator: isShape ? ', ' : ' x ', before: isShape ? '[' : '', after: isShape ? ']' : ''};
}

const wordsOf = sizes => [...sizes].map(([name, size]) => `${name} = ${size}`).join(', ');

class Sizes {
  constructor(model) {
    this.model = model;
    this.line = model.article.querySelector('.sizes');
    this.values = new Map();
    if (!this.line) return;
    this.values = new Map(this.line.dataset.sizes.split(' ').filter(Boolean).map(pair => pair.split('=')).map(([name, size]) => [name, BigInt(size)]));
    this.first = new Map(this.values);
    this.defined = [...model.article.querySelectorAll('[id$="definitions"] code')].map(code => code.textContent);
    this.definitions = new Map(this.defined.map(text => text.split(' = ')).map(([name, text]) => [name, parseFormula(text || '')]));
    this.cells = [];
    this.byText = new Map(); // layers repeat: each formula is read, and worked out, once
    for (const cell of model.article.querySelectorAll('td[data-w], .summary td.n, [data-f]')) this.follow(cell);
    for (const table of model.article.querySelectorAll('table.data')) {
      const lists = columnsOf(table).filter(column => column.type === 'shape' || LISTS.has(column.id));
      if (lists.length) for (const row of table.tBodies[0].rows) for (const column of lists) if (row.cells[column.index]) this.follow(row.cells[column.index], true);
    }
    this.controls();
    this.apply();
  }
  follow(cell, isList = false) {
    const text = cell.dataset.f || cell.textContent.trim();
    const bare = text.replace(/^≥ /, '').replace(/ B$/, '');
    if (!/[a-z]/i.test(bare.replaceAll(' x ', ' '))) return;
    if (!this.byText.has(bare)) this.byText.set(bare, isList ? listOf(bare) : {parts: [parseFormula(bare)]});
    const formula = this.byText.get(bare);
    if (formula.parts.includes(null)) return;
    this.cells.push({cell, text: cell.textContent, formula, isList, isBound: cell.textContent.startsWith('≥'), unit: / B$/.test(text) ? ' B' : '', isShort: Boolean(cell.dataset.f)});
  }
  controls() {
    const field = ([name, size]) => make('label', {}, make('span', {}, name), make('input', {
      type: 'number', min: 0, step: 1, value: size, 'aria-label': name,
      oninput: event => { if (/^\d{1,15}$/.test(event.target.value)) { this.values.set(name, BigInt(event.target.value)); this.apply(); } },
    }));
    const named = new Set([...this.byText.keys(), ...this.defined].flatMap(text => text.match(/[A-Za-z_]\w*/g) || []));
    const fields = [...this.values].filter(([name]) => named.has(name)).map(field);
    const formulas = make('label', {class: 'formulas'}, make('input', {type: 'checkbox', onchange: event => { this.showsFormulas = event.target.checked; this.apply(); }}), ' formulas in tables');
    const reset = button('Back to the example', () => {
      this.values = new Map(this.first);
      for (const input of this.line.querySelectorAll('input[type=number]')) input.value = this.values.get(input.getAttribute('aria-label'));
      this.apply();
    });
    this.line.replaceChildren(...fields.slice(0, CONTROLS), menu(fields.length > CONTROLS ? `+${fields.length - CONTROLS} ⋯` : '⋯', 'More about sizes', ...fields.slice(CONTROLS), formulas, reset));
    set(this.line, {role: 'group', 'aria-label': 'Numbers at these sizes'});
  }
  number(formula) { return formula && numberAt(formula, this.values, this.definitions); }
  // As a floating number, where a quotient need be none: `1/2`.
  quotient(text) {
    const formula = parseFormula(text);
    if (!formula) return NaN;
    try {
      const [over, under] = evaluate(formula, name => (this.values.has(name) ? [this.values.get(name), 1n] : evaluate(this.definitions.get(name), () => [0n, 0n])));
      return Number(over) / Number(under);
    } catch {
      return NaN;
    }
  }
  // `batch x 3 x 224` of a picture.
  shapeText(text) {
    if (!this.values.size || this.showsFormulas || !/[a-z]/i.test(text.replaceAll(' x ', ' '))) return text;
    const numbers = listOf(text).parts.map(part => this.number(part));
    return numbers.includes(null) ? text : numbers.join(' x ');
  }
  get isChanged() { return [...this.values].some(([name, size]) => this.first.get(name) !== size); }

  apply() {
    for (const each of this.byText.values()) {
      const numbers = each.parts.map(part => this.number(part));
      each.number = numbers.includes(null) ? null : each.separator ? each.before + numbers.join(each.separator) + each.after : numbers[0];
    }
    for (const {cell, formula, isList, isShort, isBound, text, unit} of this.cells) {
      const {number} = formula;
      if (!cell.title) cell.title = cell.dataset.f || text;
      if (number === null || (this.showsFormulas && !isShort)) {
        cell.textContent = isShort && this.isChanged ? '?' : text;
      } else if (isList) {
        cell.textContent = number;
      } else {
        cell.textContent = `${isBound ? '≥ ' : ''}${isShort ? inUnit(number, cell.dataset.unit) : grouped(number) + unit}`;
      }
      if (number !== null && cell.dataset.w) cell.dataset.w = Number(number);
    }
    this.model.rows.forget();
    this.shares();
    this.mark();
    this.model.redraw();
  }

  // Shares follow the numbers.
  shares() {
    const {rows, article} = this.model;
    const share = rows.byId.get('share');
    const of = this.model.weighedBy;
    if (share && rows.total && rows.weight(rows.total, of) > 0)
      for (const row of rows.all) if (row !== rows.total) {
        const part = rows.shareOf(rows.weight(row, of), of);
        row.tr.cells[share.index].textContent = part > 0 ? percentText(part) : '';
      }
    const retell = (id, wanted, part) => {
      const table = article.querySelector(`table[data-id="${id}"]`);
      if (!table) return;
      const at = Object.fromEntries(columnsOf(table).map(column => [column.id, column.index]));
      for (const row of table.tBodies[0].rows) {
        const value = part(name => weight(row.cells[at[name]]), table.tBodies[0].rows, at);
        if (row.cells[at[wanted]].textContent.trim() && value >= 0) row.cells[at[wanted]].textContent = percentText(value);
      }
    };
    retell('memory', 'share', (of, all, at) => of('bytes') / weight(all[all.length - 1].cells[at.bytes]));
    retell('savings', 'saved', of => 1 - of('macs') / of('twin_macs'));
    const table = article.querySelector('table[data-id="symbols"]');
    if (table) for (const row of table.tBodies[0].rows) {
      const value = this.values.get(row.cells[0].textContent.trim());
      if (value !== undefined) row.cells[1].textContent = grouped(value);
    }
  }
  // What cannot follow says so.
  mark() {
    this.stale ||= [...this.model.article.querySelectorAll('.fold .part, .view[data-view="field"] > .part')].filter(part => {
      const table = part.querySelector('table.data');
      return (table && !FOLLOW.has(table.dataset.id)) || (part.querySelector('figure') && !part.id.endsWith('memory_curve'));
    }).map(part => part.insertBefore(make('p', {class: 'stale'}, `At ${wordsOf(this.first)}: this part does not follow the sizes above.`), part.firstChild));
    for (const note of this.stale) note.hidden = !this.isChanged;
    const memory = this.model.article.querySelector('table[data-id="memory"]');
    const peak = this.model.article.querySelector('.card[data-c="peak_bytes"] .big')?.dataset.f;
    if (!memory || !peak) return;
    this.elsewhere ||= memory.parentElement.insertBefore(make('p', {class: 'stale'}, 'At these sizes the peak lies at another layer: the curve above tells what is alive there.'), memory);
    this.elsewhere.hidden = weight(memory.tBodies[0].lastElementChild.cells[4]) >= Number(this.number(parseFormula(peak)) ?? 0);
  }
}
