// Bytes alive over the layers: where is the most, and which tensors are it?  Any step can be asked, by pointer and by keys.

const WIDE = 600, HIGH = 170, LEFT = 8;

class MemoryCurve {
  constructor(model, part) {
    this.model = model;
    const {rows} = model;
    this.alive = rows.byId.get('live_bytes');
    const index = rows.byId.get('index');
    this.figure = part?.querySelector('figure');
    if (!this.alive || !index || !this.figure) return;
    this.steps = rows.all.filter(row => row.kind === 'entry').sort((a, b) => rows.weight(a, index) - rows.weight(b, index));
    const order = model.article.querySelector('table[data-id="order"]');
    if (order) {
      const byIndex = new Map(this.steps.map(row => [rows.text(row, index), row]));
      this.steps = [...order.tBodies[0].rows].map(tr => byIndex.get(tr.cells[0].textContent.trim())).filter(Boolean);
    }
    const table = model.article.querySelector('table[data-id="tensor_lives"]');
    this.lives = table ? [...table.tBodies[0].rows].map(({cells}) => ({name: cells[0].textContent.trim(), first: weight(cells[1]), last: weight(cells[2]), cell: cells[3]})) : [];
    const last = this.lives.reduce((most, life) => Math.max(most, life.last), 0);
    if (this.steps.length < 2 || last > this.steps.length) { this.steps = null; return; }
    part.hidden = false;
    this.words = make('p', {class: 'caption holds'});
    this.figure.after(this.words);
  }
  // Largest first.
  holds(step) {
    return this.lives.filter(life => life.first <= step + 1 && step + 1 <= life.last).map(life => ({name: life.name, bytes: Math.max(0, weight(life.cell))})).sort((a, b) => b.bytes - a.bytes);
  }
  get peakRow() { return this.steps?.[this.peak]; }

  draw() {
    if (!this.steps) return;
    const {rows} = this.model;
    this.values = this.steps.map(row => rows.amount(row, this.alive));
    this.most = this.values.reduce((a, b) => Math.max(a, b), 0);
    this.peak = this.values.indexOf(this.most);
    const points = [];
    const each = Math.max(1, this.values.length / WIDE);  // no more points than can be seen: the largest of each
    for (let from = 0; from < this.values.length; from += each) {
      let best = Math.floor(from);
      for (let i = best; i < Math.min(this.values.length, from + each); ++i) if (this.values[i] > this.values[best]) best = i;
      points.push(`${this.x(best).toFixed(1)},${this.y(this.values[best]).toFixed(1)}`);
    }
    const label = shortWeight(this.most, true);
    // Where no formula holds for all sizes, the curve has the number.
    const card = this.model.article.querySelector('.card[data-c="peak_bytes"] .big');
    if (card && (!card.dataset.f || card.textContent === '?')) card.textContent = (card.textContent.startsWith('≥') ? '≥ ' : '') + label;
    const isLeft = this.x(this.peak) < WIDE / 2;
    this.dot = draw('circle', {r: 4.5, class: 'peak'});
    this.line = draw('line', {y1: 22, y2: HIGH - 4, class: 'at'});
    const svg = draw('svg', {viewBox: `0 0 ${WIDE} ${HIGH}`, 'font-size': 13, class: 'alive', tabindex: 0, role: 'slider', 'aria-label': 'Bytes alive over the layers', 'aria-valuemin': 1, 'aria-valuemax': this.steps.length},
      draw('line', {x1: LEFT, x2: WIDE - LEFT, y1: HIGH - 4, y2: HIGH - 4, class: 'floor'}), draw('polygon', {points: `${LEFT},${HIGH - 4} ${points.join(' ')} ${WIDE - LEFT},${HIGH - 4}`, class: 'area'}), draw('polyline', {points: points.join(' '), class: 'edge'}),
      this.line, this.dot, draw('text', {x: (this.x(this.peak) + (isLeft ? 8 : -8)).toFixed(1), y: 15, 'text-anchor': isLeft ? 'start' : 'end', class: 'label'}, `peak ${label}`));
    const at = event => { const box = svg.getBoundingClientRect(); return Math.round(((event.clientX - box.left) / box.width * WIDE - LEFT) / (WIDE - 2 * LEFT) * (this.steps.length - 1)); };
    on(svg, 'pointermove', event => this.tell(at(event)));
    on(svg, 'pointerleave', () => this.tell(this.peak));
    on(svg, 'click', event => { this.tell(at(event)); this.model.go('layers', this.steps[this.at]); });
    const by = step => () => this.tell(this.at + step);
    onKeys(svg, {ArrowRight: by(1), ArrowUp: by(1), ArrowLeft: by(-1), ArrowDown: by(-1), PageUp: by(10), PageDown: by(-10), Home: by(-Infinity), End: by(Infinity), Enter: () => this.model.go('layers', this.steps[this.at])});
    this.svg = svg;
    this.figure.replaceChildren(svg);
    this.tell(this.peak);
  }
  x(step) { return LEFT + step / Math.max(1, this.steps.length - 1) * (WIDE - 2 * LEFT); }
  y(value) { return HIGH - 4 - (this.most > 0 ? value / this.most : 0) * (HIGH - 28); }

  tell(step) {
    this.at = Math.max(0, Math.min(this.steps.length - 1, step));
    const x = this.x(this.at).toFixed(1);
    set(this.dot, {cx: x, cy: this.y(this.values[this.at]).toFixed(1)});
    set(this.line, {x1: x, x2: x});
    const held = this.holds(this.at);
    const named = held.slice(0, 3).map(each => `${ending(each.name, 26)} ${shortWeight(each.bytes, true)}`).join(', ');
    const amount = shortWeight(this.values[this.at], true);
    const name = this.model.rows.path(this.steps[this.at]);
    this.words.replaceChildren(make('b', {}, amount), ` while ${ending(name, 44)} runs${named ? `: ${named}` : ''}${held.length > 3 ? ` and ${held.length - 3} more` : ''}`);
    this.words.title = name;
    set(this.svg, {'aria-valuenow': this.at + 1, 'aria-valuetext': `${amount} while ${name} runs`});
  }
}
