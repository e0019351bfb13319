'use strict';
// Reads the tables and pictures of the page, which are complete without it, and lets them be sorted, filtered, folded and explained.
// Text of the model is only ever set as text: nothing here makes markup of a string.
document.documentElement.classList.add('js');

const NAMESPACE = 'http://www.w3.org/2000/svg';

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const notice = make('p', {role: 'status', class: 'caption'});
const say = text => { notice.textContent = text; };

// ---- Numbers -------------------------------------------------------------------------------------------------------------------

const INTEGER = /^[0-9][0-9,]*$/;
const plain = text => text.replace(/^≥ /, '').replaceAll(',', '');
// An exact integer, or null for an expression, a share, or what cannot be told.
const exact = text => (INTEGER.test(text.replace(/^≥ /, '')) ? BigInt(plain(text)) : null);
const grouped = integer => integer.toString().replace(/\B(?=(\d{3})+$)/g, ',');

// What a cell is sorted and weighed by; -1 below every number for what cannot be told.
function weight(cell) {
  if (cell.dataset.w) return Number(cell.dataset.w);
  const text = cell.textContent.trim();
  if (text.startsWith('<')) return 0.05;
  const number = Number(plain(text) || NaN);
  return Number.isNaN(number) ? -1 : number;
}

const SUFFIX = {'': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, '%': 1};
function sized(text) {
  const parts = /^([0-9.,]+)(ki|mi|gi|ti|[kmgtp%])?b?$/i.exec(text);
  return parts ? Number(parts[1].replaceAll(',', '')) * SUFFIX[(parts[2] || '').toLowerCase()] : NaN;
}

// ---- Copying a table -----------------------------------------------------------------------------------------------------------

const LATEX = {'\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '≥': '$\\geq$', '<': '\\textless{}', '>': '\\textgreater{}'};
const escapes = {
  markdown: text => text.replace(/[\\`*_{}[\]<>()#+!|&~@:$-]/g, c => (/[()#+!:{}-]/.test(c) ? c : `&#${c.charCodeAt(0)};`)),
  csv: text => {
    const safe = /^ *[=+\-@|%]/.test(text) ? `'${text}` : text;
    return /[",;'\n]|^ | $/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  },
  latex: text => text.replace(/[\\~^≥<>]|[&%$#_{}]/g, c => LATEX[c] || `\\${c}`),
};

// head: [{title, isNumber}], rows: [[text]]
const writers = {
  markdown(head, rows) {
    const line = cells => `| ${cells.map(escapes.markdown).join(' | ')} |`;
    return [line(head.map(h => h.title)), `|${head.map(h => (h.isNumber ? '--:' : ':--')).join('|')}|`, ...rows.map(line)].join('\n') + '\n';
  },
  csv(head, rows) {
    const cell = (text, i) => escapes.csv(head[i].isNumber && exact(text) !== null ? plain(text) : text);
    return [head.map(h => escapes.csv(h.title)), ...rows.map(row => row.map(cell))].map(cells => cells.join(',')).join('\n') + '\n';
  },
  latex(head, rows) {
    const line = cells => `${cells.map(escapes.latex).join(' & ')} \\\\`;
    return [`\\begin{tabular}{${head.map(h => (h.isNumber ? 'r' : 'l')).join('')}}`, '\\hline', line(head.map(h => h.title)), '\\hline',
      ...rows.map(line), '\\hline', '\\end{tabular}'].join('\n') + '\n';
  },
};

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', {'aria-hidden': 'true'});
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  say(`${what} copied`);
}

function copyButtons(content) {
  return [['markdown', 'Markdown'], ['csv', 'CSV'], ['latex', 'LaTeX']].map(([format, title]) =>
    make('button', {type: 'button', 'data-copy': format, onclick: () => copy(writers[format](...content()), title)},
      `Copy ${title}`));
}

const isNumeric = type => ['number', 'count', 'bytes', 'percent'].includes(type);
const columnsOf = table => [...table.tHead.rows[0].cells].map((th, index) => ({index, id: th.dataset.c, title: th.textContent, type: th.dataset.t, isNumber: isNumeric(th.dataset.t)}));

// ---- Any table: sorted by a click on its head, copied by a button ------------------------------------------------------------------

function enhance(table) {
  const columns = columnsOf(table);
  const body = table.tBodies[0];
  const content = () => [columns, [...body.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))];
  table.before(make('div', {class: 'tools'}, ...copyButtons(content)));
  if ([...body.rows].some(row => row.dataset.l)) return;  // a tree keeps its order
  let sorted = null;
  for (const column of columns) {
    const th = table.tHead.rows[0].cells[column.index];
    const sort = () => {
      const falls = sorted === column ? th.ariaSort !== 'descending' : column.isNumber;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      th.ariaSort = falls ? 'descending' : 'ascending';
      sorted = column;
      const rows = [...body.rows].filter(row => row.className !== 'total');
      const text = row => row.cells[column.index].textContent.trim();
      rows.sort(column.isNumber ? (a, b) => weight(a.cells[column.index]) - weight(b.cells[column.index]) : (a, b) => text(a).localeCompare(text(b), 'en'));
      if (falls) rows.reverse();
      body.prepend(...rows);
    };
    th.replaceChildren(make('button', {type: 'button', onclick: sort}, column.title));
  }
}

// ---- The rows of the table of layers -------------------------------------------------------------------------------------------

class Rows {
  constructor(table) {
    this.columns = columnsOf(table);
    this.byId = new Map(this.columns.map(column => [column.id, column]));
    this.all = [];
    this.roots = [];
    this.total = null;
    this.weights = new Map();
    const open = [];
    for (const tr of table.tBodies[0].rows) {
      const level = Number(tr.dataset.l || 0);
      const name = tr.cells[0].textContent.trim();
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
  path(row) { return row.parent ? `${this.path(row.parent).replace(/\/$/, '')}/${row.name}` : row.name; }
  find(path) { return this.all.find(row => row.kind !== 'others' && this.path(row) === path) || this.all.find(row => row.name === path); }
  entriesBelow(row) { return row.kind === 'entry' ? [row] : row.below.flatMap(child => this.entriesBelow(child)); }
  // Sum of exact numbers; an expression among them has none, what cannot be told makes it a lower bound.
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
  groups() {
    const byOperator = new Map();
    const operator = this.byId.get('operator');
    for (const row of this.all) {
      if (row.kind !== 'entry') continue;
      const name = this.text(row, operator);
      if (!byOperator.has(name)) byOperator.set(name, []);
      byOperator.get(name).push(row);
    }
    return [...byOperator].map(([name, below]) => {
      const texts = this.columns.map(column => (['count', 'bytes'].includes(column.type) ? this.sum(below, column) : ''));
      texts[0] = name;
      texts[operator.index] = below.length === 1 ? '1 layer' : `${below.length} layers`;
      const weights = this.columns.map(column => below.reduce((sum, row) => sum + Math.max(0, column.isNumber ? this.weight(row, column) : 0), 0));
      return {name, kind: 'module', level: 0, texts, weights, parent: null, below, isOpen: false};
    });
  }
}

// `type:Conv macs>1M -path:head word`: every term holds.
function filterOf(text, rows) {
  const terms = text.trim().split(/\s+/).filter(Boolean).map(word => {
    const isNot = word.length > 1 && word.startsWith('-');
    const term = isNot ? word.slice(1) : word;
    const test = termOf(term, rows);
    return isNot ? row => !test(row) : test;
  });
  return row => terms.every(term => term(row));
}

function termOf(term, rows) {
  const comparison = /^([a-z_]+)(>=|<=|>|<|=)(.+)$/i.exec(term);
  const column = comparison && rows.byId.get(comparison[1].toLowerCase());
  if (column) {
    const limit = sized(comparison[3]);
    if (Number.isNaN(limit)) return row => comparison[2] === '=' && rows.text(row, column).toLowerCase() === comparison[3].toLowerCase();
    const holds = {'>': (a, b) => a > b, '>=': (a, b) => a >= b, '<': (a, b) => a < b, '<=': (a, b) => a <= b, '=': (a, b) => a === b}[comparison[2]];
    return row => rows.weight(row, column) >= 0 && holds(rows.weight(row, column), limit);
  }
  const [, key, value] = /^(?:([a-z_]+):)?(.*)$/i.exec(term);
  const wanted = value.toLowerCase();
  const named = key && rows.byId.get({type: 'operator', op: 'operator'}[key.toLowerCase()] || key.toLowerCase());
  if (named && named.id !== 'name') return row => rows.text(row, named).toLowerCase().includes(wanted);
  return row => rows.path(row).toLowerCase().includes(named || (key || '').toLowerCase() === 'path' ? wanted : term.toLowerCase());
}

// ---- The tree grid: only rows in sight are in the page -------------------------------------------------------------------------

const WIDTHS = {name: 21, text: 11, number: 5, count: 9.5, bytes: 9.5, shape: 11, percent: 6.5, status: 6};

class Grid {
  constructor(model, table) {
    this.model = model;
    this.rows = model.rows;
    this.shown = new Set((table.dataset.shown || '').split(' '));
    this.shown.add('name');
    this.sort = null;
    this.grouping = this.rows.all.some(row => row.kind === 'module') ? 'module' : 'none';
    this.filter = '';
    this.at = 0;
    this.column = -1;
    this.depth = Number(table.dataset.depth);
    this.id = `${model.id}-grid`;
    this.build(table);
    this.openTo(this.depth);
  }

  build(table) {
    const search = make('input', {type: 'search', 'aria-label': 'Filter layers', placeholder: 'type:Conv macs>1M name', oninput: () => { this.filter = search.value; this.list(); }});
    this.search = search;
    const modes = make('select', {'aria-label': 'Roll up by', onchange: () => { this.grouping = modes.value; this.list(); }},
      ...[['module', 'by module'], ['operator', 'by operator'], ['none', 'as a list']].map(([value, title]) => make('option', {value, selected: value === this.grouping}, title)));
    const deepest = this.rows.all.reduce((most, row) => Math.max(most, row.level), 0);
    const depth = make('select', {'aria-label': 'Open levels', onchange: () => this.openTo(Number(depth.value))},
      ...Array.from({length: Math.min(deepest, 8)}, (_, i) => make('option', {value: i, selected: i === this.depth}, i === 0 ? 'closed' : `${i} open`)),
      make('option', {value: 99, selected: this.depth > deepest}, 'all open'));
    const menu = make('div', {}, ...this.rows.columns.slice(1).map(column => make('label', {}, make('input', {
      type: 'checkbox', value: column.id, checked: this.shown.has(column.id),
      onchange: event => { this.shown[event.target.checked ? 'add' : 'delete'](column.id); this.columns(); },
    }), ` ${column.title}`)));
    this.foot = make('p', {class: 'caption', role: 'status'});
    this.grid = make('table', {role: 'treegrid', tabindex: 0, 'aria-label': 'Layers', id: this.id, onkeydown: event => this.key(event)});
    this.box = make('div', {class: 'grid'}, this.grid);
    this.box.addEventListener('scroll', () => this.render());
    this.grid.addEventListener('click', event => this.click(event));
    table.before(make('div', {class: 'tools'}, search, modes, depth, make('details', {class: 'menu'}, make('summary', {}, 'Columns'), menu),
      ...copyButtons(() => this.content())), this.foot, this.box);
    this.columns();
  }

  content() {
    const indented = row => `${'\u2003'.repeat(this.levelOf(row))}${row.name}`;
    const rows = this.visible.map(row => this.visibleColumns.map(column => (column.index === 0 ? indented(row) : this.rows.text(row, column))));
    return [this.visibleColumns, rows];
  }

  columns() {
    this.visibleColumns = this.rows.columns.filter(column => this.shown.has(column.id));
    const width = column => WIDTHS[column.type] + (column.id === 'formula' ? 10 : 0);
    this.head = make('thead', {}, make('tr', {role: 'row', 'aria-rowindex': 1}, ...this.visibleColumns.map(column => make('th', {role: 'columnheader', 'data-t': column.type, 'data-c': column.id},
      make('button', {type: 'button', tabindex: -1, title: column.title, onclick: () => this.sortBy(column)}, column.title)))));
    const total = this.visibleColumns.reduce((sum, column) => sum + width(column), 0);
    this.top = make('tbody', {class: 'pad', 'aria-hidden': 'true'}, make('tr', {}, make('td', {colspan: this.visibleColumns.length})));
    this.bottom = this.top.cloneNode(true);
    this.body = make('tbody', {role: 'rowgroup'});
    this.grid.replaceChildren(make('colgroup', {}, ...this.visibleColumns.map(column => {
      const col = make('col');
      col.style.width = `${width(column)}rem`;
      return col;
    })), this.head, this.top, this.body, this.bottom);
    this.grid.style.minWidth = `${total}rem`;
    this.grid.setAttribute('aria-colcount', this.visibleColumns.length);
    this.markSort();
    this.list();
  }

  sortBy(column) {
    if (this.sort?.column === column) {
      const isFirst = this.sort.falls === column.isNumber;
      this.sort = isFirst ? {column, falls: !this.sort.falls} : null;
    } else {
      this.sort = {column, falls: column.isNumber};
    }
    this.markSort();
    this.list();
  }
  markSort() {
    for (const th of this.head.rows[0].cells) {
      const isSorted = this.sort?.column.id === th.dataset.c;
      th.ariaSort = isSorted ? (this.sort.falls ? 'descending' : 'ascending') : 'none';
      th.firstChild.textContent = th.firstChild.title + (isSorted ? (this.sort.falls ? ' ▼' : ' ▲') : '');
    }
  }
  openTo(depth) {
    for (const row of this.rows.all) row.isOpen = row.level < depth;
    this.list();
  }

  ordered(rows) {
    if (!this.sort) return rows;
    const {column, falls} = this.sort;
    const sign = falls ? -1 : 1;
    const compare = column.isNumber ? (a, b) => this.rows.weight(a, column) - this.rows.weight(b, column)
      : (a, b) => this.rows.text(a, column).localeCompare(this.rows.text(b, column), 'en');
    return [...rows].sort((a, b) => sign * compare(a, b));
  }

  // Which rows there are now.
  list() {
    const chosen = this.visible?.[this.at];
    const isFiltered = this.filter.trim() !== '';
    const matches = filterOf(this.filter, this.rows);
    const entries = this.rows.all.filter(row => row.kind === 'entry' && (!isFiltered || matches(row)));
    const kept = isFiltered ? new Set(entries) : null;
    if (kept) for (const entry of entries) for (let up = entry.parent; up && !kept.has(up); up = up.parent) kept.add(up);
    this.visible = [];
    const walk = (rows, isTop) => {
      for (const row of this.ordered(rows)) {
        if (kept && !kept.has(row) && !(row.texts && row.below.some(child => kept.has(child)))) continue;
        this.visible.push(row);
        if (row.below.length && (row.isOpen || (kept && !row.texts))) walk(row.below, false);
      }
    };
    if (this.grouping === 'none') this.visible = this.ordered(entries);
    else walk(this.grouping === 'operator' ? (this.operators ||= this.rows.groups()) : this.rows.roots, true);
    if (this.rows.total && !isFiltered) this.visible.push(this.rows.total);
    const sums = ['parameters', 'macs', 'flops'].map(id => this.rows.byId.get(id)).filter(Boolean)
      .map(column => [column.title, this.rows.sum(entries, column)]).filter(([, sum]) => sum !== '');
    this.foot.textContent = isFiltered
      ? `${grouped(entries.length)} of ${grouped(this.rows.count)} layers: ${sums.map(([title, sum]) => `${sum} ${title}`).join(', ')}`
      : `${grouped(this.rows.count)} layers. Enter explains a number; a name's children open with →.`;
    this.at = Math.max(0, chosen ? this.visible.indexOf(chosen) : 0);
    this.grid.setAttribute('aria-rowcount', this.visible.length + 1);
    this.render();
  }

  levelOf(row) {
    if (this.grouping === 'none' || row.kind === 'total') return 0;
    return this.grouping === 'operator' ? (row.texts ? 0 : 1) : row.level;
  }

  render() {
    if (!this.box.clientHeight) return;
    const sample = this.body.rows[0];
    const height = (sample && sample.offsetHeight) || 28;
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - 8);
    const last = Math.min(this.visible.length, first + Math.ceil(this.box.clientHeight / height) + 16);
    const pad = (body, count) => { body.hidden = count === 0; body.rows[0].cells[0].style.height = `${count * height}px`; };
    pad(this.top, first);
    pad(this.bottom, this.visible.length - last);
    this.body.replaceChildren(...this.visible.slice(first, last).map((row, i) => this.line(row, first + i)));
    const active = `${this.id}-${this.at}${this.column < 0 ? '' : `-${this.column}`}`;
    this.grid.setAttribute('aria-activedescendant', document.getElementById(active) ? active : '');
    if (!document.getElementById(active)) this.grid.removeAttribute('aria-activedescendant');
  }

  line(row, index) {
    const level = this.levelOf(row);
    const hasBelow = row.below.length > 0 && this.grouping !== 'none';
    const cells = this.visibleColumns.map((column, c) => {
      const text = this.rows.text(row, column);
      const cell = make(c === 0 ? 'th' : 'td', {
        id: `${this.id}-${index}-${c}`, role: c === 0 ? 'rowheader' : 'gridcell', title: text,
        class: [column.isNumber && c > 0 ? 'num' : 'l', index === this.at && c === this.column ? 'cell-on' : ''].join(' '),
      });
      if (c === 0) {
        cell.style.paddingLeft = `${0.6 + level}rem`;
        cell.append(make('span', {class: 'twist', 'aria-hidden': 'true'}, hasBelow ? (row.isOpen || this.isForced(row) ? '▾' : '▸') : ''));
      }
      if (column.type === 'percent' && text) {
        cell.classList.add('share');
        cell.style.backgroundSize = `${Math.min(100, this.rows.weight(row, column))}% 70%`;
      }
      cell.append(text);
      return cell;
    });
    return make('tr', {
      id: `${this.id}-${index}`, role: 'row', class: `${row.kind}${index === this.at ? ' on' : ''}`, 'aria-level': level + 1, 'aria-rowindex': index + 2,
      'aria-selected': index === this.at ? 'true' : 'false', 'aria-expanded': hasBelow ? String(row.isOpen || this.isForced(row)) : null,
    }, ...cells);
  }
  isForced(row) { return this.filter.trim() !== '' && !row.texts; }

  toggle(row, isOpen = !row.isOpen) {
    if (!row.below.length) return;
    row.isOpen = isOpen;
    this.list();
  }
  choose(index, column = this.column) {
    this.at = Math.max(0, Math.min(this.visible.length - 1, index));
    this.column = column;
    const height = (this.body.rows[0] && this.body.rows[0].offsetHeight) || 28;
    const top = this.at * height;
    const room = this.box.clientHeight - 2 * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top > this.box.scrollTop + room) this.box.scrollTop = top - room;
    this.render();
    this.model.choose(this.visible[this.at]);
  }
  reveal(row) {
    if (this.grouping === 'operator') this.grouping = 'none';
    this.filter = this.search.value = '';
    for (let up = row.parent; up; up = up.parent) up.isOpen = true;
    this.list();
    this.choose(this.visible.indexOf(row));
  }

  click(event) {
    const tr = event.target.closest('tbody tr');
    if (!tr?.id) return;
    const index = Number(tr.getAttribute('aria-rowindex')) - 2;
    const cell = event.target.closest('th, td');
    const row = this.visible[index];
    this.choose(index, cell ? cell.cellIndex : -1);
    if (event.target.closest('.twist')) this.toggle(row);
    else if (cell) this.model.explain(row, this.visibleColumns[cell.cellIndex]);
  }
  key(event) {
    if (event.target !== this.grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.visible[this.at];
    if (!row) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / 28) - 2);
    const isOpen = row.below.length > 0 && this.grouping !== 'none' && (row.isOpen || this.isForced(row));
    const moves = {
      ArrowDown: () => this.choose(this.at + 1), ArrowUp: () => this.choose(this.at - 1),
      PageDown: () => this.choose(this.at + page), PageUp: () => this.choose(this.at - page),
      Home: () => this.choose(0), End: () => this.choose(this.visible.length - 1),
      ArrowRight: () => (row.below.length && this.grouping !== 'none' && !isOpen ? this.toggle(row, true) : this.choose(this.at, Math.min(this.column + 1, this.visibleColumns.length - 1))),
      ArrowLeft: () => {
        if (this.column >= 0) this.choose(this.at, this.column - 1);
        else if (isOpen && !this.isForced(row)) this.toggle(row, false);
        else if (row.parent && this.visible.includes(row.parent)) this.choose(this.visible.indexOf(row.parent));
      },
      Enter: () => this.model.explain(row, this.visibleColumns[Math.max(0, this.column)]),
      ' ': () => this.toggle(row),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }
}

// ---- How was this computed? ----------------------------------------------------------------------------------------------------

class Panel {
  constructor() {
    this.element = make('aside', {class: 'panel', 'aria-label': 'How was this computed', tabindex: -1, hidden: true});
    this.element.addEventListener('keydown', event => { if (event.key === 'Escape') this.close(); });
    document.body.append(this.element);
  }
  close() {
    this.element.hidden = true;
    this.before?.focus();
  }
  show(model, row, column) {
    const {rows} = model;
    this.before = document.activeElement;
    const line = each => make('tr', {}, make('th', {scope: 'row'}, each.title), make('td', {class: each.isNumber ? '' : 'l'}, rows.text(row, each)));
    const to = (view, title) => make('button', {type: 'button', onclick: () => { this.close(); model.go(view, row); }}, title);
    this.element.replaceChildren(
      make('div', {class: 'tools'}, make('button', {type: 'button', 'aria-label': 'Close', onclick: () => this.close()}, '✕ Close'),
        ...(row.tr ? [to('layers', 'Layers'), to('map', 'Map'), to('graph', 'Graph'),
          make('button', {type: 'button', onclick: () => copy(location.href, 'Link')}, 'Copy link')] : [])),
      make('h2', {}, row.texts ? row.name : rows.path(row)),
      make('div', {class: 'how'}, ...this.reasons(model, row, column).map(text => make('p', {}, text))),
      make('table', {'aria-label': 'Everything known of it'}, make('tbody', {}, ...rows.columns.slice(1).filter(each => rows.text(row, each) !== '').map(line))));
    this.element.hidden = false;
    this.element.focus();
  }

  // In words: the number, its formula with its numbers, and the convention it follows.
  reasons(model, row, column) {
    const {rows} = model;
    const value = rows.text(row, column);
    const reasons = [];
    const convention = model.conventions.get(column.id);
    const text = id => rows.text(row, rows.byId.get(id));
    if (column.isNumber) reasons.push(`${column.title}: ${value || 'nothing'}`);
    if (row.kind !== 'entry' && ['count', 'bytes'].includes(column.type)) {
      const below = row.kind === 'total' ? rows.all.filter(each => each.kind === 'entry') : row.below.flatMap(child => rows.entriesBelow(child));
      const largest = [...below].sort((a, b) => rows.weight(b, column) - rows.weight(a, column)).slice(0, 5).filter(each => rows.weight(each, column) > 0);
      reasons.push(`The sum of ${grouped(below.length)} layers${largest.length ? '. The largest:' : '.'}`);
      for (const each of largest) reasons.push(`${rows.text(each, column)}  ${rows.path(each)}`);
    } else if (column.id === 'flops') {
      const kinds = ['add', 'mul', 'div', 'compare', 'special'].map(text);
      reasons.push(`2 * MACs - integer ops + add + mul + div + compare + special = 2 * ${text('macs')} - ${text('int_ops')} + ${kinds.join(' + ')}`);
    } else if (column.id === 'int_ops') {
      reasons.push('2 * integer MACs');
    } else if (column.type === 'percent' && rows.total) {
      const whole = rows.columns.find(each => column.title === `% ${each.title}`) || rows.byId.get('macs');
      reasons.push(`${rows.text(row, whole)} of ${rows.text(rows.total, whole)} ${whole.title}`);
    }
    const formula = row.kind === 'entry' && rows.byId.has('formula') ? text('formula') : '';
    if (formula && ['macs', 'flops', 'formula', 'effective_macs', ...['add', 'mul', 'div', 'compare', 'special'].filter(id => id === column.id)].includes(column.id)) {
      const product = /^[0-9]+(?: ?\* ?[0-9]+)*$/.test(formula.replaceAll(',', '')) ? plain(formula).split('*').reduce((a, b) => a * BigInt(b.trim()), 1n) : null;
      reasons.push(`Formula: ${formula}${product === null ? '' : ` = ${grouped(product)}`}`);
    }
    if (convention) reasons.push(`Convention: ${convention}`);
    if (value === '?' || value.startsWith('≥')) reasons.push('Something that belongs to it could not be told: see the diagnostics.');
    if (!reasons.length) reasons.push(`${column.title}: ${value}`);
    return reasons;
  }
}

// ---- Pictures ------------------------------------------------------------------------------------------------------------------

// As the report draws them; text turns white on the last two.
const HEAT = ['#f5f7f9', '#e1edf6', '#c3dcee', '#9cc6e3', '#68a6d1', '#3a7fb5', '#1c5a8e'];
function heat(value, largest) {
  if (!(value > 0)) return 0;
  let level = HEAT.length - 1;
  for (let limit = largest / 2; level > 1 && value < limit; limit /= 2) --level;
  return level;
}
const inkOn = level => (level >= 5 ? '#ffffff' : '#10161d');

function metricSelect(rows, first, change) {
  const select = make('select', {'aria-label': 'Metric', onchange: () => change(rows.byId.get(select.value))},
    ...rows.columns.filter(column => ['count', 'bytes'].includes(column.type)).map(column => make('option', {value: column.id, selected: column === first}, column.title)));
  return select;
}

class Icicle {
  constructor(model, view) {
    this.model = model;
    this.view = view;
    this.column = model.weighedBy;
    this.root = null;
    const metric = metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); });
    this.up = make('button', {type: 'button', hidden: true, onclick: () => { this.root = this.root?.parent || null; this.draw(); }}, '▴ Up');
    view.querySelector('.caption').before(make('div', {class: 'tools'}, metric, this.up));
    this.caption = view.querySelector('.caption');
  }
  draw() {
    const {rows} = this.model;
    const roots = this.root ? [this.root] : rows.roots;
    const value = row => Math.max(0, rows.weight(row, this.column));
    const total = roots.reduce((sum, row) => sum + value(row), 0);
    const bars = [];
    let levels = 0;
    const place = (row, left, level) => {
      const width = total > 0 ? value(row) / total * 1000 : 0;
      if (width < 2 || level >= 12) return width;
      levels = Math.max(levels, level + 1);
      bars.push(this.bar(row, left, width, level));
      let next = left;
      for (const child of row.below) next += place(child, next, level + 1);
      return width;
    };
    let next = 0;
    for (const row of roots) next += place(row, next, 0);
    this.up.hidden = !this.root;
    this.caption.textContent = `${this.root ? `${rows.path(this.root)}: m` : 'M'}odules from the outermost down, as wide as their share of ${this.column.title}.`;
    if (total <= 0) this.caption.textContent = `Nothing here has any ${this.column.title}.`;
    const svg = draw('svg', {class: 'icicle', viewBox: `0 0 1000 ${Math.max(1, levels) * 26}`, 'font-family': 'sans-serif', 'font-size': 12, role: 'group', 'aria-label': `Modules and layers by ${this.column.title}`}, ...bars);
    (this.view.querySelector('svg') || this.caption).replaceWith(...(this.view.querySelector('svg') ? [svg] : [this.caption, svg]));
  }
  bar(row, left, width, level) {
    const {rows} = this.model;
    const label = `${rows.path(row)}: ${rows.text(row, this.column)} ${this.column.title}`;
    const letters = Math.floor((width - 8) / 7);
    const g = draw('g', {'data-r': row.index, role: 'button', tabindex: 0, class: row === this.model.chosen ? 'on' : ''}, draw('title', {}, label),
      draw('rect', {x: left.toFixed(1), y: level * 26, width: width.toFixed(1), height: 25, fill: HEAT[1 + row.level % 3], stroke: '#ffffff'}));
    if (letters > 2) g.append(draw('text', {x: (left + 4).toFixed(1), y: level * 26 + 17, fill: '#10161d', 'aria-hidden': true}, row.name.length > letters ? `${row.name.slice(0, letters - 1)}…` : row.name));
    const act = () => {
      this.model.choose(row);
      if (row.below.length && row !== this.root) { this.root = row; this.draw(); } else { this.draw(); this.model.explain(row, this.column); }
    };
    g.addEventListener('click', act);
    g.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act(); } });
    return g;
  }
  reveal(row) {
    this.root = row.below.length ? row : row.parent;
    this.draw();
  }
}

const PITCH = 64, BOX = 36, FRAME = 8, LABEL = 22;

// The pictures of modules, each laid out by the report; one that is opened takes its box's place and moves its neighbours aside.
class Graph {
  constructor(model, view) {
    this.model = model;
    this.column = model.weighedBy;
    this.open = new Set([0]);
    this.zoom = 1;
    this.pictures = [...view.querySelectorAll('.picture svg')].map(svg => this.read(svg));
    this.pictures.forEach((picture, index) => picture.boxes.forEach(box => {
      if (box.inside !== null) Object.assign(this.pictures[box.inside], {outside: index, box, name: box.texts.join(', ')});
    }));
    view.classList.add('graph-drawn');
    const zoom = factor => () => { this.zoom = Math.min(3, Math.max(0.1, this.zoom * factor)); this.size(); };
    this.canvas = make('div', {class: 'canvas', tabindex: 0, role: 'group', 'aria-label': 'Graph of the model'});
    view.querySelector('.caption').after(make('div', {class: 'tools'}, metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); }),
      make('button', {type: 'button', onclick: () => { this.open = new Set([0]); this.draw(); }}, 'Close all'),
      make('button', {type: 'button', 'aria-label': 'Smaller', onclick: zoom(1 / 1.25)}, '−'), make('button', {type: 'button', 'aria-label': 'Larger', onclick: zoom(1.25)}, '+'),
      make('button', {type: 'button', onclick: () => { this.zoom = Math.min(1, (this.canvas.clientWidth - 20) / this.width); this.size(); }}, 'Fit width')), this.canvas);
  }
  read(svg) {
    const number = (element, name) => Number(element.getAttribute(name));
    const boxes = [...svg.querySelectorAll('g')].map(g => {
      const rect = g.querySelector('rect');
      return {
        x: number(rect, 'x'), y: number(rect, 'y'), width: number(rect, 'width'), rx: rect.getAttribute('rx'), stroke: rect.getAttribute('stroke'),
        texts: [...g.querySelectorAll('text')].map(text => text.textContent), row: g.dataset.r ? this.model.rows.all[g.dataset.r] : null, inside: g.dataset.i ? Number(g.dataset.i) : null,
      };
    });
    const arrows = [...svg.querySelectorAll('path')].map(path => ({d: path.getAttribute('d'), dashes: path.getAttribute('stroke-dasharray')}));
    return {boxes, arrows, width: number(svg, 'width'), height: number(svg, 'height')};
  }
  weight(box) {
    if (box.row) return Math.max(0, this.model.rows.weight(box.row, this.column));
    return box.inside === null ? 0 : this.pictures[box.inside].boxes.reduce((sum, each) => sum + this.weight(each), 0);
  }

  // Where everything of a picture stands with what is open in it.
  arrange(index) {
    const picture = this.pictures[index];
    const grown = picture.boxes.filter(box => this.open.has(box.inside)).map(box => {
      const inner = this.arrange(box.inside);
      return {box, inner, rank: Math.floor(box.y / PITCH), middle: box.x + box.width / 2, width: Math.max(box.width, inner.width + 2 * FRAME), height: inner.height + LABEL + FRAME};
    });
    const added = [];
    for (const each of grown) added[each.rank] = Math.max(added[each.rank] || 0, each.height - BOX);
    const above = [0];
    for (let rank = 0; rank <= picture.height / PITCH; ++rank) above[rank + 1] = above[rank] + (added[rank] || 0);
    const rankOf = y => Math.min(above.length - 2, Math.floor(y / PITCH));
    const byRank = new Map();
    for (const each of grown) byRank.set(each.rank, [...(byRank.get(each.rank) || []), each]);
    const shiftX = (x, rank) => (byRank.get(rank) || []).reduce((sum, each) => {
      const half = (each.width - each.box.width) / 2;
      return sum + (x < each.middle - 2 ? -half : x > each.middle + 2 ? half : 0);
    }, x);
    const shiftY = y => y + above[rankOf(y) + (y % PITCH >= PITCH / 2 ? 1 : 0)];
    let left = 0;
    let right = picture.width;
    const boxes = picture.boxes.map(box => {
      const own = grown.find(each => each.box === box);
      const width = own ? own.width : box.width;
      const x = shiftX(box.x + box.width / 2, rankOf(box.y)) - width / 2;
      left = Math.min(left, x - 18);
      right = Math.max(right, x + width + 18);
      return {box, own, x, y: box.y + above[rankOf(box.y)], width, height: own ? own.height : BOX};
    });
    const bottomOf = (x, y) => {
      const rank = rankOf(y);
      const nearest = (byRank.get(rank) || []).find(each => Math.abs(each.middle - x) <= 2);
      return y + above[rank] + (nearest ? nearest.height - BOX : 0);
    };
    const arrows = picture.arrows.map(({d, dashes}) => ({dashes, d: d.replace(/([MLC])([^MLC]*)/g, (_, command, numbers) => {
      const values = numbers.trim().split(/[ ,]+/).map(Number);
      let out = command;
      for (let i = 0; i < values.length; i += 2) out += `${i ? ' ' : ''}${shiftX(values[i], rankOf(values[i + 1]))} ${shiftY(values[i + 1])}`;
      if (command !== 'M' || values[1] % PITCH < PITCH / 2) return out;
      return `M${shiftX(values[0], rankOf(values[1]))} ${bottomOf(values[0], values[1])}L${out.slice(1)}`;
    })}));
    return {boxes, arrows, left, width: right - left, height: picture.height + above[above.length - 1], largest: picture.boxes.reduce((most, box) => Math.max(most, this.weight(box)), 0)};
  }

  draw() {
    const arranged = this.arrange(0);
    this.width = arranged.width;
    this.height = arranged.height;
    this.svg = draw('svg', {viewBox: `0 0 ${this.width} ${this.height}`, 'font-family': 'sans-serif', 'font-size': 12, 'text-anchor': 'middle'}, this.group(arranged, -arranged.left, 0));
    this.canvas.replaceChildren(this.svg);
    this.size();
  }
  size() {
    this.svg.setAttribute('width', this.width * this.zoom);
    this.svg.setAttribute('height', this.height * this.zoom);
  }
  group(arranged, x, y) {
    const lines = arranged.arrows.map(({d, dashes}) => draw('path', {d, fill: 'none', stroke: '#7b8794', ...(dashes ? {'stroke-dasharray': dashes} : {})}));
    return draw('g', {transform: `translate(${x} ${y})`}, ...lines, ...arranged.boxes.map(each => this.node(each, arranged.largest)));
  }
  node({box, own, x, y, width, height}, largest) {
    const level = own ? 0 : heat(this.weight(box), largest);
    const {rows} = this.model;
    const label = box.row ? `${rows.path(box.row)}: ${rows.text(box.row, this.column)} ${this.column.title}` : box.texts.join(', ');
    const g = draw('g', {class: box.row && box.row === this.model.chosen ? 'on' : ''}, draw('title', {}, label),
      draw('rect', {x, y, width, height, rx: box.rx, fill: HEAT[level], stroke: box.stroke, ...(own ? {class: 'plate', 'stroke-dasharray': '2 2'} : {})}));
    const middle = x + width / 2;
    if (own) {
      g.append(draw('text', {x: middle, y: y + 15, class: 'on-plate', 'font-weight': 600, 'aria-hidden': true}, box.texts.join(', ')), this.group(own.inner, x + (width - own.inner.width) / 2 - own.inner.left, y + LABEL));
    } else {
      box.texts.forEach((text, i) => g.append(draw('text', {x: middle, y: y + (box.texts.length === 1 ? 23 : 16 + 14 * i), fill: inkOn(level), 'aria-hidden': true}, text)));
    }
    if (box.inside === null && !box.row) return g;
    const act = event => {
      event.stopPropagation();
      if (box.row) this.model.choose(box.row);
      if (box.inside === null) { this.draw(); this.model.explain(box.row, this.column); return; }
      const isOpening = !this.open.has(box.inside);
      this.open[isOpening ? 'add' : 'delete'](box.inside);
      this.draw();
      this.focus(box);
    };
    const target = own ? draw('g', {}, ...[...g.children].slice(0, 3)) : g;
    for (const [key, value] of Object.entries({tabindex: 0, role: 'button', ...(box.inside === null ? {} : {'aria-expanded': Boolean(own)})})) target.setAttribute(key, value);
    target.addEventListener('click', act);
    target.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act(event); } });
    target.box = box;
    if (own) { target.setAttribute('class', g.getAttribute('class')); g.setAttribute('class', ''); g.prepend(target); }
    return g;
  }
  focus(box) {
    const found = [...this.svg.querySelectorAll('[tabindex]')].find(each => each.box === box);
    found?.scrollIntoView({block: 'nearest', inline: 'nearest'});
    found?.focus({preventScroll: true});
  }
  reveal(row) {
    for (const picture of this.pictures) {
      const box = picture.boxes.find(each => each.row === row);
      if (!box) continue;
      for (let up = picture; up.box; up = this.pictures[up.outside]) this.open.add(this.pictures.indexOf(up));
      this.draw();
      this.focus(box);
      return;
    }
  }
}

// ---- One model, and the page ---------------------------------------------------------------------------------------------------

let panel;
let isRestoring = false;

class Model {
  constructor(article) {
    this.article = article;
    this.id = article.id;
    this.chosen = null;
    this.made = {};
    this.views = new Map([...article.querySelectorAll(':scope > .view')].map(view => [view.dataset.view, view]));
    this.links = [...article.querySelectorAll('nav a')];
    for (const link of this.links) link.addEventListener('click', event => { event.preventDefault(); this.go(link.dataset.to, null); });
    for (const table of article.querySelectorAll('table.data:not(.layers)')) enhance(table);
    const totals = article.querySelector('table[data-id="totals"]');
    this.conventions = new Map(totals ? [...totals.tBodies[0].rows].map(row => [row.cells[0].textContent.trim(), row.cells[2].textContent.trim()]) : []);
    this.table = article.querySelector('table.layers');
  }
  get rows() { return this.made.rows ||= new Rows(this.table); }
  get weighedBy() {
    const share = this.rows.byId.get('share');
    return this.rows.columns.find(column => share && share.title === `% ${column.title}`) || this.rows.byId.get('macs');
  }
  get part() {
    const view = this.views.get(this.view);
    if (this.view === 'layers') return this.made.layers ||= new Grid(this, this.table);
    if (this.view === 'map') return this.made.map ||= new Icicle(this, view);
    if (this.view === 'graph') return this.made.graph ||= new Graph(this, view);
    return null;
  }
  show(view) {
    this.view = this.views.has(view) ? view : [...this.views.keys()][0];
    for (const [id, element] of this.views) element.classList.toggle('on', id === this.view);
    for (const link of this.links) {
      if (link.dataset.to === this.view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    const {part} = this;
    if (part instanceof Grid) part.render();
    else part?.draw();
  }
  go(view, row) {
    this.show(view);
    if (row) {
      this.chosen = row;
      this.part?.reveal(row);
    }
    remember(this);
  }
  choose(row) {
    this.chosen = row.tr ? row : this.chosen;
    remember(this);
  }
  explain(row, column) { panel.show(this, row, column); }
}

let models;

// #view=graph&node=layer1/conv: what is shown can be linked to.
function remember(model) {
  if (isRestoring) return;
  const parts = [];
  if (models.length > 1) parts.push(`model=${models.indexOf(model) + 1}`);
  if (model.view) parts.push(`view=${model.view}`);
  if (model.chosen) parts.push(`node=${encodeURIComponent(model.rows.path(model.chosen))}`);
  try {
    history.replaceState(null, '', `#${parts.join('&')}`);
  } catch {
    // A frame that may not: the page works without.
  }
}

function restore() {
  isRestoring = true;
  const wanted = new Map(location.hash.slice(1).split('&').map(part => {
    const [key, ...value] = part.split('=');
    try {
      return [key, decodeURIComponent(value.join('='))];
    } catch {
      return [key, ''];
    }
  }));
  const direct = models.find(each => location.hash.startsWith(`#${each.id}-`));
  const model = direct || models[Number(wanted.get('model')) - 1] || models[0];
  showModel(model);
  model.show(direct ? location.hash.slice(direct.id.length + 2) : wanted.get('view'));
  const row = model.table && wanted.get('node') ? model.rows.find(wanted.get('node')) : null;
  if (row) {
    model.chosen = row;
    model.part?.reveal(row);
  }
  isRestoring = false;
}

function showModel(model) {
  for (const each of models) each.article.classList.toggle('on', each === model);
  if (!model.view) model.show('overview');
}

function bar() {
  const root = document.documentElement;
  const theme = make('button', {type: 'button', onclick: () => {
    const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = isDark ? 'light' : 'dark';
  }}, 'Light / dark');
  const parts = [notice, theme];
  if (models.length > 1) {
    const select = make('select', {'aria-label': 'Model', onchange: () => { const model = models[select.value]; showModel(model); remember(model); }},
      ...models.map((model, index) => make('option', {value: index}, model.article.dataset.title)));
    parts.unshift(select);
    addEventListener('hashchange', () => { select.value = models.findIndex(model => model.article.classList.contains('on')); });
  }
  document.querySelector('main').prepend(make('div', {class: 'bar'}, ...parts));
}

addEventListener('DOMContentLoaded', () => {
  models = [...document.querySelectorAll('article')].map(article => new Model(article));
  panel = new Panel();
  bar();
  if (models.length) restore();
  addEventListener('hashchange', restore);
  addEventListener('resize', () => { for (const model of models) if (model.view === 'layers') model.made.layers?.render(); });
  document.documentElement.dataset.ready = '';
});
