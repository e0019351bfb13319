// Where in the model does a quantity lie?  Modules and layers as areas: a treemap of nested boxes, or an icicle whose columns are levels.

class Areas {
  // pick(row): what a click on an area does.
  constructor(model, label, pick) {
    this.model = model;
    this.label = label;
    this.pick = pick;
    this.root = null;
    this.form = 'treemap';
    this.host = make('div', {class: 'areas'});
  }
  get shapes() {
    return choice('Form of the map', [['treemap', 'Treemap'], ['icicle', 'Icicle']], this.form, form => { this.form = form; this.draw(this.column); });
  }
  weight(row) { return this.model.rows.amount(row, this.column); }
  below(row) { return this.model.rows.below(row, this.column); }

  draw(column) {
    this.column = column;
    const width = this.host.clientWidth || 820, height = this.host.clientHeight || 400;
    let roots = this.root ? [this.root] : this.model.rows.roots;
    this.total = roots.reduce((sum, row) => sum + this.weight(row), 0);
    // Around all of it there is nothing to compare with.
    for (let around; (around = roots.find(row => this.below(row).length && this.weight(row) > 0.995 * this.total));) roots = this.below(around);
    this.boxes = [];
    this.most = this.model.rows.all.reduce((most, row) => (row.below.length || row.kind === 'total' ? most : Math.max(most, this.weight(row))), 1);
    if (this.total > 0) this[this.form](roots, width, height);
    const words = `Modules and layers by ${column.title}`;
    this.host.replaceChildren(draw('svg', {viewBox: `0 0 ${width} ${height}`, 'font-size': 12, role: 'group', 'aria-label': words}, ...this.boxes));
    if (this.total <= 0) this.host.replaceChildren(make('p', {class: 'caption'}, `Nothing here has any ${column.title}.`));
  }
  treemap(roots, width, height) {
    const place = (rows, x, y, w, h, level) => {
      const isSeen = row => this.weight(row) / this.total * width * height > 100;
      const shown = rows.filter(isSeen).sort((a, b) => this.weight(b) - this.weight(a));
      for (const [row, left, top, wide, high] of squarified(shown, row => this.weight(row), x, y, w, h)) {
        const below = this.below(row).filter(isSeen);
        const isOpen = below.length > 0 && wide > 70 && high > 50 && level < 6;
        this.box(row, left, top, wide, high, isOpen);
        if (isOpen) place(below, left + 3, top + 20, wide - 7, high - 24, level + 1);
      }
    };
    place(roots, 0, 0, width, height, 0);
  }
  icicle(roots, width, height) {
    const deepest = row => 1 + Math.max(0, ...this.below(row).map(deepest));
    const levels = Math.min(8, Math.max(...roots.map(deepest)));
    const wide = width / levels;
    const place = (rows, top, level) => {
      for (const row of rows) {
        const high = this.weight(row) / this.total * height;
        if (high >= 1.5 && level < levels) {
          const below = this.below(row);
          this.box(row, level * wide, top, wide, high, below.length > 0 && level + 1 < levels);
          place(below, top, level + 1);
        }
        top += high;
      }
    };
    place(roots, 0, 0);
  }
  box(row, x, y, width, height, isOpen) {
    const {rows} = this.model;
    const share = percentText(this.weight(row) / this.total);
    const amount = shortWeight(this.weight(row), this.column.type === 'bytes');
    const letters = Math.floor((width - 11) / 7.2);
    const isFrame = isOpen && this.form === 'treemap';
    const fixed = number => Math.max(0, number).toFixed(1);
    const g = draw('g', {'data-r': row.index, class: row === this.model.chosen ? 'on' : ''}, draw('title', {}, `${rows.path(row)}: ${amount} ${this.column.title}, ${share} %`),
      draw('rect', {x: fixed(x), y: fixed(y), width: fixed(width - 1.5), height: fixed(height - 1.5), rx: Math.min(4, height / 4).toFixed(1), ...(isOpen ? {class: 'module'} : {class: `k${rows.colour(row, this.column)}`, 'fill-opacity': (0.5 + 0.5 * Math.sqrt(this.weight(row) / this.most)).toFixed(2)})}));
    const write = (text, line, kind = '') => g.append(draw('text', {x: fixed(x + 6), y: fixed(y + 14 + 15 * line), class: kind, 'aria-hidden': true}, text));
    // Of `conv2/Conv` the module, where there is no room for both.
    const name = row.name.length > letters && row.below.length === 0 ? row.name.replace(/\/.*/, '') || row.name : row.name;
    const both = `${name}  ${share} %`;
    if (letters > 2 && height > 15) {
      const isOneLine = isFrame || height < 34;
      write(isOneLine && both.length <= letters ? both : shortened(name, letters), 0, isOpen ? 'strong' : '');
      if (!isOneLine && letters > 4) write([`${amount} · ${share} %`, `${share} %`].find(text => text.length <= letters) || '', 1, 'faint');
    }
    pressable(g, event => { event.stopPropagation(); this.pick(row); });
    this.boxes.push(g);
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

// The map as a view of its own: a click goes into a module.
class MapView {
  constructor(model, view) {
    this.model = model;
    this.column = model.weighedBy;
    this.areas = new Areas(model, 'map', row => this.go(row));
    this.up = button('▴ Up', () => { this.areas.root = this.areas.root?.parent || null; this.draw(); }, {hidden: true});
    this.caption = view.querySelector('.caption');
    this.caption.before(make('div', {class: 'tools'}, metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); }), this.areas.shapes, this.up));
    view.querySelector('svg')?.remove();
    view.append(this.areas.host);
    view.classList.add('filling');
  }
  go(row) {
    const layer = row.outer || row;
    this.model.choose(layer);
    const isOpened = this.areas.below(row).length > 0;
    if (isOpened && row !== this.areas.root) this.areas.root = row;
    this.draw();
    if (!isOpened) this.model.explain(layer, this.column);
  }
  draw() {
    const {root} = this.areas;
    this.up.hidden = !root;
    this.caption.textContent = `${root ? `${this.model.rows.path(root)}: modules` : 'Modules'} and layers, as large as their share of ${this.column.title}; the colours are operators.`;
    this.areas.draw(this.column);
  }
  reveal(row) {
    this.areas.root = row.below.length ? row : row.parent;
    this.draw();
  }
}
