// Where in the model does a quantity lie?  The bars of the map, that widen by a click.

class Icicle {
  constructor(model, view) {
    this.model = model;
    this.view = view;
    this.column = model.weighedBy;
    this.root = null;
    const metric = metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); });
    this.up = button('▴ Up', () => { this.root = this.root?.parent || null; this.draw(); }, {hidden: true});
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
    const g = draw('g', {'data-r': row.index, class: row === this.model.chosen ? 'on' : ''}, draw('title', {}, label),
      draw('rect', {x: left.toFixed(1), y: level * 26, width: width.toFixed(1), height: 25, fill: HEAT[1 + row.level % 3], stroke: '#ffffff'}));
    if (letters > 2) g.append(draw('text', {x: (left + 4).toFixed(1), y: level * 26 + 17, fill: '#10161d', 'aria-hidden': true}, row.name.length > letters ? `${row.name.slice(0, letters - 1)}…` : row.name));
    pressable(g, () => {
      this.model.choose(row);
      if (row.below.length && row !== this.root) { this.root = row; this.draw(); } else { this.draw(); this.model.explain(row, this.column); }
    });
    return g;
  }
  reveal(row) {
    this.root = row.below.length ? row : row.parent;
    this.draw();
  }
}
