// What is in the table of layers, and what is below what?

class Rows {
  constructor(table, operators, nested) {
    this.operators = operators;
    this.nested = nested;
    this.columns = columnsOf(table);
    this.byId = new Map(this.columns.map(column => [column.id, column]));
    // What shares are of.
    const share = this.byId.get('share');
    this.of = this.columns.find(column => share && share.title === `% ${column.title}`) || this.byId.get('macs');
    this.all = [];
    this.roots = [];
    this.total = null;
    this.weights = new Map();
    const open = [];
    for (const tr of table.tBodies[0].rows) {
      const level = Number(tr.getAttribute('data-l'));
      const name = tr.firstElementChild.textContent.trim();
      const row = {index: this.all.length, tr, level, kind: tr.className || 'entry', name, parent: null, below: [], isOpen: false};
      if (row.kind === 'total') {
        this.total = row;
      } else {
        open.length = level;
        row.parent = open[level - 1] || null;
        (row.parent ? row.parent.below : this.roots).push(row);
        open[level] = row;
      }
      this.all.push(row);
    }
    this.count = this.all.filter(row => row.kind === 'entry').length;
  }
  text(row, column) { return row.texts ? row.texts[column.index] ??= this.textTogether(row, column) : row.tr.cells[column.index].textContent.trim(); }
  weight(row, column) {
    if (row.weights) return row.weights[column.index] ??= this.weightTogether(row, column);
    let weights = this.weights.get(column);
    if (!weights) this.weights.set(column, weights = new Float64Array(this.all.length).fill(NaN));
    if (Number.isNaN(weights[row.index])) weights[row.index] = weight(row.tr.cells[column.index]);
    return weights[row.index];
  }
  // The same with 0 for what is unknown.
  amount(row, column) { return Math.max(0, this.weight(row, column)); }
  // Numbers have changed: what was read of them holds no more.
  forget() {
    this.weights.clear();
    this.grouped = this.ran = null;
  }
  path(row) { return row.parent ? `${this.path(row.parent).replace(/\/$/, '')}/${row.name}` : row.name; }
  find(path) { return this.all.find(row => row.kind !== 'others' && this.path(row) === path) || this.all.find(row => row.name === path); }
  entriesBelow(row) { return row.kind === 'entry' ? [row] : row.below.flatMap(child => this.entriesBelow(child)); }
  // Sum of exact numbers; an expression among them has none, what is unknown makes it a lower bound.
  sum(rows, column) {
    let sum = 0n;
    let isBound = false;
    for (const row of rows) {
      const text = this.text(row, column);
      const number = exact(text);
      if (number === null && text !== '?' && text !== '') return '';
      isBound ||= text === '?' || text.startsWith('≥');
      sum += number ?? 0n;
    }
    return (isBound ? '≥ ' : '') + grouped(sum);
  }
  // What the page adds up by operator adds up by module, too.
  get summed() { return this.sums ||= new Set(columnsOf(this.operators).map(column => column.id)); }
  shareOf(part, of = this.of) {
    const total = this.total && of ? this.weight(this.total, of) : 0;
    return total > 0 ? Math.max(0, part) / total : 0;
  }
  tellShare(texts, weights) {
    const share = this.byId.get('share');
    if (!share) return;
    const part = this.shareOf(weights[this.of.index]);
    weights[share.index] = part * 100;
    texts[share.index] = part > 0 ? percentText(part) : '';
  }
  // A row for some layers together.  Its numbers are worked out when they are asked for: sums of what adds up, the most of what is alive, and its
  // share of the model.
  together(row, below) { return {...row, below, entries: below.flatMap(each => this.entriesBelow(each)), texts: [row.name], weights: []}; }
  weightTogether(row, column) {
    if (column.id === 'share') return this.shareOf(this.weight(row, this.of)) * 100;
    const isLive = column.id === 'live_bytes';
    return row.entries.reduce((all, each) => (isLive ? Math.max(all, this.amount(each, column)) : all + this.amount(each, column)), 0);
  }
  textTogether(row, column) {
    const amount = this.weight(row, column);
    if (column.id === 'share') return amount > 0 ? percentText(amount / 100) : '';
    const rounded = () => grouped(BigInt(Math.round(amount)));
    if (column.id === 'live_bytes') return rounded();
    return this.summed.has(column.id) ? this.sum(row.entries, column) || `≈ ${rounded()}` : '';
  }
  // A row for each operator, with the sums that the page has of it: expressions as well.
  groups() { return this.grouped ||= this.group(); }
  group() {
    const byOperator = new Map();
    const operator = this.byId.get('operator');
    for (const row of this.all) {
      if (row.kind !== 'entry') continue;
      const name = this.text(row, operator);
      (byOperator.get(name) || byOperator.set(name, []).get(name)).push(row);
    }
    const head = columnsOf(this.operators);
    return [...this.operators.tBodies[0].rows].map(tr => {
      const cells = new Map(head.map(column => [column.id, tr.cells[column.index]]));
      const texts = this.columns.map(column => cells.get(column.id)?.textContent.trim() ?? '');
      const name = texts[0];
      const below = byOperator.get(name) || [];
      texts[operator.index] = below.length === 1 ? '1 layer' : `${below.length} layers`;
      const weights = this.columns.map(column => (column.isNumber && cells.has(column.id) ? weight(cells.get(column.id)) : 0));
      this.tellShare(texts, weights);
      return {name, kind: 'module', level: 0, texts, weights, parent: null, below, isOpen: false};
    });
  }
  // What runs inside a layer, over all its runs: the body of a loop, of a condition the branch that takes more.
  inside(row, of) {
    this.ran ||= this.run();
    const sum = rows => rows.reduce((all, each) => all + this.amount(each, of), 0);
    return Object.values(this.ran.get(row) || {}).reduce((most, rows) => (sum(rows) > sum(most) ? rows : most), []);
  }
  below(row, of) { return row.below.length ? row.below : this.inside(row, of); }
  // The layer itself, or those that run inside it.
  leaves(row, of) {
    const inside = this.inside(row, of);
    return inside.length ? inside.flatMap(each => this.leaves(each, of)) : [row];
  }
  run() {
    const ran = new Map();
    if (!this.nested) return ran;
    const at = Object.fromEntries(columnsOf(this.nested).map(column => [column.id, column.index]));
    const number = text => text.replaceAll(',', '');
    const known = new Map(this.all.filter(row => row.kind === 'entry').map(row => [`node[${number(this.text(row, this.byId.get('index')))}]`, row]));
    for (const tr of this.nested.tBodies[0].rows) {
      const cell = id => tr.cells[at[id]];
      const place = cell('inside').textContent.trim();
      const [, outside, branch] = /^(.*)\.(\w+)$/.exec(place) || [];
      const parent = known.get(outside);
      if (!parent) continue;
      const times = weight(cell('multiplicity'));
      const texts = this.columns.map(column => cell(column.id)?.textContent.trim() ?? '');
      const weights = this.columns.map(column => (column.isNumber && cell(column.id) ? Math.max(0, weight(cell(column.id))) * times : 0));
      const row = {index: parent.index, kind: 'entry', name: tr.cells[0].textContent.trim(), parent, outer: parent.outer || parent, below: [], texts, weights};
      known.set(`${place}/node[${number(cell('index').textContent.trim())}]`, row);
      const branches = ran.get(parent) || ran.set(parent, {}).get(parent);
      (branches[branch] ||= []).push(row);
    }
    return ran;
  }
  // Operators with most of a quantity have a colour each, the others share the last one.
  colour(row, of) {
    if (!this.colours) {
      const all = this.groups().map(group => [group.name, Math.max(0, group.weights[of.index])]).sort((a, b) => b[1] - a[1]);
      this.colours = new Map(all.slice(0, 7).map(([name], i) => [name, i]));
    }
    const operator = this.byId.get('operator');
    if (row.kind === 'entry') return this.colours.get(this.text(row, operator)) ?? 7;
    let most = -1, name = '';
    for (const entry of this.entriesBelow(row)) {
      if (this.weight(entry, of) <= most) continue;
      most = this.weight(entry, of);
      name = this.text(entry, operator);
    }
    return this.colours.get(name) ?? 7;
  }
}
