// What is in the table of layers, and what is below what?

class Rows {
  constructor(table, operators) {
    this.operators = operators;
    this.columns = columnsOf(table);
    this.byId = new Map(this.columns.map(column => [column.id, column]));
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
  text(row, column) { return row.texts ? row.texts[column.index] : row.tr.cells[column.index].textContent.trim(); }
  weight(row, column) {
    if (row.weights) return row.weights[column.index];
    let weights = this.weights.get(column);
    if (!weights) this.weights.set(column, weights = new Float64Array(this.all.length).fill(NaN));
    if (Number.isNaN(weights[row.index])) weights[row.index] = weight(row.tr.cells[column.index]);
    return weights[row.index];
  }
  // Numbers have changed: what was read of them holds no more.
  forget() {
    this.weights.clear();
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
  // A row for each operator, with the sums that the page has of it: expressions as well.
  groups() {
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
      return {name, kind: 'module', level: 0, texts, weights, parent: null, below, isOpen: false};
    });
  }
}
