// The first screen: where a quantity lies, by module, by layer and by operator, and what stands out.  A click leads to the layers.

const TEN = 10;

class Dashboard {
  constructor(model) {
    this.model = model;
    const part = id => model.article.querySelector(`.board [id$="-${id}"]`);
    this.where = part('where');
    if (!this.where) return;
    const {rows} = model;
    this.measures = ['macs', 'flops', 'parameters', 'bytes_written'].map(id => rows.byId.get(id)).filter(Boolean);
    this.column = this.measures.includes(model.weighedBy) ? model.weighedBy : this.measures[0];
    this.areas = new Areas(model, 'where', row => this.open(row));
    const tabs = choice('Quantity', this.measures.map(column => [column.id, column.title]), this.column.id, id => { this.column = rows.byId.get(id); this.draw(); });
    this.where.querySelector('h3').textContent = 'Where it goes';
    this.where.querySelector('table').replaceWith(make('div', {class: 'tools'}, tabs, this.areas.shapes), this.areas.host);
    this.costliest = part('costliest');
    this.operators = part('by_operator');
    this.memory = new MemoryCurve(model, part('memory_curve'));
    this.cards();
  }
  cards() {
    for (const card of this.model.article.querySelectorAll('.card')) {
      const id = card.dataset.c;
      const big = card.querySelector('.big');
      if (!big.dataset.f) continue;
      big.classList.add('opens');
      pressable(big, () => panel.figure(this.model, card.querySelector('dt').textContent, id, big));
    }
  }
  open(row) {
    const path = this.model.rows.path(row);
    if (row.below.length && !/\s/.test(path)) this.model.filtered(`path:${path}`);
    else this.model.go('layers', row.outer || row);
  }

  draw() {
    if (!this.where) return;
    this.areas.draw(this.column);
    this.layers();
    this.byOperator();
    this.memory.draw();
    this.notes();
    for (const big of this.model.article.querySelectorAll('.big.opens')) big.setAttribute('aria-label', `${big.parentElement.firstElementChild.textContent}: ${big.textContent}`);
  }
  amount(row) { return this.model.rows.amount(row, this.column); }
  short(amount) { return shortWeight(amount, this.column.type === 'bytes'); }
  largest(rows) { return [...rows].filter(row => this.amount(row) > 0).sort((a, b) => this.amount(b) - this.amount(a)); }
  layers() {
    if (!this.costliest) return;
    const {rows} = this.model;
    const largest = this.largest(rows.all.filter(row => row.kind === 'entry').flatMap(row => rows.leaves(row, this.column))).slice(0, TEN);
    this.costliest.querySelector('h3').textContent = `The layers that matter: ${this.column.title}`;
    this.costliest.querySelector('tbody').replaceChildren(...largest.map(row => {
      const name = rows.path(row);
      const bar = draw('svg', {width: 96, height: 8, 'aria-hidden': true}, draw('rect', {class: 'share-bar', width: (96 * this.amount(row) / this.amount(largest[0])).toFixed(1), height: 8, rx: 4}));
      const cells = [this.short(this.amount(row)), `${percentText(rows.shareOf(this.amount(row), this.column))} %`, bar];
      return make('tr', {}, make('th', {scope: 'row'}, button(shortened(name, 56), () => this.model.go('layers', row.outer || row), {class: 'plain', title: name})), ...cells.map(cell => make('td', {}, cell)));
    }));
  }
  byOperator() {
    if (!this.operators) return;
    const {rows} = this.model;
    const groups = this.largest(rows.groups());
    const total = groups.reduce((sum, group) => sum + this.amount(group), 0);
    const shown = groups.slice(0, 6).map(group => ({name: group.name, share: this.amount(group) / total, kind: group.below.length ? rows.colour(group.below[0], this.column) : 7, act: () => this.model.filtered(`type:${group.name}`)}));
    const rest = 1 - shown.reduce((sum, each) => sum + each.share, 0);
    if (groups.length > 6) shown.push({name: counted(groups.length - 6, 'other'), share: rest, kind: 7});
    let at = 0;
    const parts = [], legend = [];
    for (const {name, share, kind, act} of shown) {
      const words = `${name} ${percentText(share)} %`;
      parts.push(draw('rect', {x: at, width: Math.max(0.5, share * 600 - 1.5), height: 16, class: `k${kind}`}, draw('title', {}, words)));
      legend.push(make('li', {}, draw('svg', {width: 10, height: 10, 'aria-hidden': true}, draw('rect', {width: 10, height: 10, rx: 2, class: `k${kind}`})), act ? button(words, act, {class: 'plain'}) : words));
      at += share * 600;
    }
    this.operators.replaceChildren(make('h3', {}, `By operator: ${this.column.title}`), draw('svg', {viewBox: '0 0 600 16', preserveAspectRatio: 'none', class: 'stack', 'aria-hidden': true}, ...parts), make('ul', {class: 'legend'}, ...legend));
  }
  // Sentences that hold a share or a place follow the sizes.
  notes() {
    const {rows, article} = this.model;
    const most = article.querySelector('.largest');
    if (most) {
      let [row] = this.largest(rows.roots);
      while (row && rows.below(row, this.column).length && rows.shareOf(this.amount(row), this.column) > 0.95) [row] = this.largest(rows.below(row, this.column));
      if (row) most.replaceChildren(make('b', {}, rows.path(row)), ` takes ${percentText(rows.shareOf(this.amount(row), this.column))} % of ${this.column.title}`);
    }
    const fullest = article.querySelector('.fullest');
    if (fullest && this.memory.peakRow) fullest.replaceChildren('Memory is fullest while ', make('b', {}, rows.path(this.memory.peakRow)), ' runs');
  }
}
