// The first screen: sizes as controls that every number of the page follows, and a map of where the costs lie.

const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P', 'E'];
const BYTE_PREFIXES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
// `4.09 G`, `97.7 MiB`: three digits, as the page was written.
function shortNumber(number, isBytes) {
  const step = isBytes ? 1024 : 1000;
  let value = Number(number);
  if (value < (isBytes ? 1024 : 10000)) return `${grouped(number)}${isBytes ? ' B' : ''}`;
  let prefix = 0;
  while (value >= 999.5 && prefix + 1 < PREFIXES.length) { value /= step; prefix += 1; }
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${(isBytes ? BYTE_PREFIXES : PREFIXES)[prefix]}`;
}

// Every formula of a model's article, and the numbers that it is at the chosen sizes.
class Sizes {
  constructor(model) {
    this.model = model;
    this.line = model.article.querySelector('.sizes');
    if (!this.line) return;
    this.values = new Map(this.line.dataset.sizes.split(' ').map(pair => pair.split('=')).map(([name, size]) => [name, BigInt(size)]));
    this.definitions = new Map([...model.article.querySelectorAll('[id$="definitions"] code')].map(code => code.textContent.split(' = ')).map(([name, text]) => [name, parseFormula(text || '')]));
    this.cells = [];
    this.byText = new Map(); // layers repeat: each formula is read, and worked out, once
    for (const cell of model.article.querySelectorAll('td[data-w], .summary td.n, .big[data-f]')) {
      const text = cell.dataset.f || cell.textContent.trim();
      const bare = text.replace(/^≥ /, '').replace(/ B$/, '');
      if (exact(bare) !== null && !cell.dataset.f) continue;
      if (!this.byText.has(bare)) this.byText.set(bare, {formula: parseFormula(bare), number: null});
      const formula = this.byText.get(bare);
      if (formula.formula) this.cells.push({cell, text: cell.textContent, formula, isBound: text.startsWith('≥') || cell.textContent.startsWith('≥'), unit: / B$/.test(text) ? ' B' : '', isBig: cell.classList.contains('big')});
    }
    this.controls();
    this.apply();
  }
  controls() {
    const fields = [...this.values].map(([name, size]) => make('label', {}, `${name} `, make('input', {
      type: 'number', min: 0, step: 1, value: size, 'aria-label': name,
      oninput: event => { if (/^\d{1,15}$/.test(event.target.value)) { this.values.set(name, BigInt(event.target.value)); this.apply(); } },
    })));
    const formulas = make('label', {}, make('input', {type: 'checkbox', onchange: event => { this.showsFormulas = event.target.checked; this.apply(); }}), ' formulas in tables');
    this.line.replaceChildren('Numbers at ', ...fields, formulas);
  }
  apply() {
    for (const each of this.byText.values()) each.number = each.formula && numberAt(each.formula, this.values, this.definitions);
    for (const each of this.cells) {
      const {number} = each.formula;
      const {cell} = each;
      if (!cell.title) cell.title = each.isBig ? cell.dataset.f : each.text;
      if (number === null || (this.showsFormulas && !each.isBig)) {
        if (!each.isBig) cell.textContent = each.text;
      } else {
        cell.textContent = `${each.isBound ? '≥ ' : ''}${each.isBig ? shortNumber(number, cell.dataset.unit === 'bytes') : grouped(number) + each.unit}`;
      }
      if (number !== null && cell.dataset.w) cell.dataset.w = Number(number);
    }
    const {rows} = this.model;
    rows.forget();
    this.shares(rows);
    this.model.made.dashboard?.draw();
    this.model.redraw();
  }
  // Shares of the total follow the numbers.
  shares(rows) {
    const share = rows.byId.get('share');
    const of = this.model.weighedBy;
    const total = rows.total && of ? rows.weight(rows.total, of) : 0;
    if (!share || !(total > 0)) return;
    for (const row of rows.all) {
      if (row === rows.total) continue;
      const part = rows.weight(row, of) / total * 100;
      row.tr.cells[share.index].textContent = part <= 0 ? '' : part < 0.05 ? '<0.1' : part.toFixed(1);
    }
  }
}

// Modules and layers as areas, by MACs, parameters or bytes; a click leads to the layers.
class Dashboard {
  constructor(model) {
    this.model = model;
    this.where = model.article.querySelector('.where');
    if (!this.where) return;
    this.table = this.where.querySelector('table');
    this.heading = this.where.querySelector('h3');
    this.measures = ['macs', 'parameters', 'flops', 'bytes_written'].map(id => model.rows.byId.get(id)).filter(Boolean);
    this.column = this.measures.includes(model.weighedBy) ? model.weighedBy : this.measures[0];
    this.tabs = make('div', {class: 'tabs', role: 'group', 'aria-label': 'What the areas show'}, ...this.measures.map(column => button(column.title, () => { this.column = column; this.draw(); }, {'data-c': column.id})));
    this.map = make('div', {class: 'treemap'});
    this.heading.textContent = 'Where it goes';
    this.table.replaceWith(this.tabs, this.map);
    this.draw();
    if (model.article.querySelector('.sizes')) this.curve();
  }
  draw() {
    if (!this.where) return;
    for (const tab of this.tabs.children) tab.setAttribute('aria-pressed', String(tab.dataset.c === this.column.id));
    const {rows} = this.model;
    const weight = row => Math.max(0, rows.weight(row, this.column));
    const total = rows.roots.reduce((sum, row) => sum + weight(row), 0);
    const width = 820, height = 400;
    const boxes = [];
    const place = (all, x, y, w, h, level) => {
      const shown = all.filter(row => weight(row) / total * width * height > 60).sort((a, b) => weight(b) - weight(a));
      for (const [row, left, top, wide, high] of squarified(shown, weight, x, y, w, h)) {
        const below = row.below.filter(child => weight(child) > 0);
        const isOpen = below.length > 0 && wide > 70 && high > 50 && level < 5;
        boxes.push(this.box(row, left, top, wide, high, level, weight(row) / total, isOpen));
        if (isOpen) place(below, left + 2, top + 18, wide - 4, high - 20, level + 1);
      }
    };
    if (total > 0) place(rows.roots, 0, 0, width, height, 0);
    this.map.replaceChildren(draw('svg', {viewBox: `0 0 ${width} ${height}`, 'font-family': 'sans-serif', 'font-size': 12, role: 'group', 'aria-label': `Modules and layers by ${this.column.title}`}, ...boxes));
    if (total <= 0) this.map.textContent = `Nothing here has any ${this.column.title}.`;
    this.drawCurve?.();
  }
  box(row, x, y, width, height, level, share, isOpen) {
    const percent = share * 100 < 0.05 ? '<0.1' : (share * 100).toFixed(1);
    const letters = Math.floor((width - 8) / 6.6);
    const g = draw('g', {}, draw('title', {}, `${this.model.rows.path(row)}: ${this.model.rows.text(row, this.column)} ${this.column.title}, ${percent} %`),
      draw('rect', {x: x.toFixed(1), y: y.toFixed(1), width: Math.max(0, width - 1.5).toFixed(1), height: Math.max(0, height - 1.5).toFixed(1), rx: 3, class: isOpen ? 'module' : 'leaf', 'fill-opacity': isOpen ? 1 : (0.22 + 0.5 * Math.sqrt(share)).toFixed(2)}));
    const cut = text => (text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text);
    if (letters > 2 && height > 15) g.append(draw('text', {x: (x + 5).toFixed(1), y: (y + 13).toFixed(1), class: isOpen ? 'on-module' : 'on-leaf', 'aria-hidden': true}, cut(isOpen ? `${row.name} ${percent} %` : row.name)));
    if (!isOpen && letters > 5 && height > 32) g.append(draw('text', {x: (x + 5).toFixed(1), y: (y + 28).toFixed(1), class: 'on-leaf faint', 'aria-hidden': true}, `${percent} %`));
    pressable(g, event => { event.stopPropagation(); this.model.go('layers', row); });
    return g;
  }
  // Bytes alive over the layers, from the column of the table, so that it follows the sizes.
  curve() {
    const {rows} = this.model;
    const alive = rows.byId.get('live_bytes');
    const part = this.model.article.querySelector('[id$="memory_curve"]');
    const figure = part?.querySelector('figure');
    const index = rows.byId.get('index');
    if (!alive || !figure || !index) return;
    const entries = rows.all.filter(row => row.kind === 'entry').sort((a, b) => rows.weight(a, index) - rows.weight(b, index));
    part.hidden = false;
    this.drawCurve = () => {
      const values = entries.map(row => Math.max(0, rows.weight(row, alive)));
      const most = Math.max(...values, 1);
      const at = values.indexOf(Math.max(...values));
      const x = i => 8 + i / Math.max(1, values.length - 1) * 584;
      const y = value => 232 - value / most * 200;
      const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
      const label = `${shortNumber(BigInt(Math.round(values[at] || 0)), true)} while ${rows.path(entries[at])} runs`;
      figure.replaceChildren(draw('svg', {viewBox: '0 0 600 240', 'font-family': 'sans-serif', 'font-size': 12, role: 'img', 'aria-label': `Bytes alive over the layers; most: ${label}`, class: 'alive'},
        draw('polygon', {points: `8,232 ${points} 592,232`, class: 'area'}), draw('polyline', {points, class: 'edge'}),
        draw('circle', {cx: x(at).toFixed(1), cy: y(values[at] || 0).toFixed(1), r: 4, class: 'peak'}),
        draw('text', {x: 8, y: 16, class: 'label'}, label.length > 64 ? `${label.slice(0, 62)}…` : label)));
    };
    this.drawCurve();
  }
}

// Rows as rectangles of areas by weight, near to squares: strips along the shorter side, each as long as its aspect gets no worse.
function squarified(rows, weight, x, y, width, height) {
  const placed = [];
  let total = rows.reduce((sum, row) => sum + weight(row), 0);
  let rest = rows;
  while (rest.length && width > 1 && height > 1) {
    const scale = width * height / total;
    const side = Math.min(width, height);
    const worst = strip => {
      const area = strip.reduce((sum, row) => sum + weight(row) * scale, 0);
      const sizes = strip.map(row => weight(row) * scale);
      return Math.max(side * side * Math.max(...sizes) / (area * area), area * area / (side * side * Math.min(...sizes)));
    };
    let count = 1;
    while (count < rest.length && worst(rest.slice(0, count + 1)) <= worst(rest.slice(0, count))) count += 1;
    const strip = rest.slice(0, count);
    const sum = strip.reduce((all, row) => all + weight(row), 0);
    const thick = sum * scale / side;
    let along = 0;
    for (const row of strip) {
      const long = weight(row) * scale / thick;
      placed.push(width < height ? [row, x + along, y, long, thick] : [row, x, y + along, thick, long]);
      along += long;
    }
    if (width < height) { y += thick; height -= thick; } else { x += thick; width -= thick; }
    total -= sum;
    rest = rest.slice(count);
  }
  return placed;
}
