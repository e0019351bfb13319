const PITCH = 64, BOX = 36, FRAME = 8, LABEL = 22;

// The picture inside of a box: the same one may stand for many modules, whose rows it finds from where each of them begins.
class Place {
  constructor(graph, box) {
    const picture = graph.pictures.get(box.inside);
    Object.assign(this, picture, {box});
    this.boxes = picture.boxes.map(each => ({...each, within: this, row: each.row === null ? null : graph.model.rows.all[box.firstRow + each.row], firstRow: box.firstRow + each.insideRow}));
  }
}

function isBelow(row, module) {
  for (let up = row.parent; up; up = up.parent) if (up === module) return true;
  return false;
}

// The pictures of modules, each laid out by the report; one that is opened takes its box's place and moves its neighbours aside.
class Graph {
  constructor(model, view) {
    this.model = model;
    this.column = model.weighedBy;
    this.zoom = 1;
    this.pictures = new Map([...view.querySelectorAll('.picture')].map(details => [details.dataset.p, this.read(details.querySelector('svg'))]));
    this.root = this.inside({inside: [...this.pictures.keys()][0], firstRow: 0, within: null});
    this.open = new Set([this.root]);
    view.classList.add('graph-drawn');
    const zoom = factor => () => { this.zoom = Math.min(3, Math.max(0.1, this.zoom * factor)); this.size(); };
    this.canvas = make('div', {class: 'canvas', tabindex: 0, role: 'group', 'aria-label': 'Graph of the model'});
    view.querySelector('.caption').after(make('div', {class: 'tools'}, metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); }),
      button('Close all', () => { this.open = new Set([this.root]); this.draw(); }),
      button('−', zoom(1 / 1.25), {'aria-label': 'Smaller'}), button('+', zoom(1.25), {'aria-label': 'Larger'}),
      button('Fit width', () => { this.zoom = Math.min(1, (this.canvas.clientWidth - 20) / this.width); this.size(); })), this.canvas);
  }
  read(svg) {
    const number = (element, name) => Number(element.getAttribute(name));
    const boxes = [...svg.querySelectorAll('g')].map(g => {
      const rect = g.querySelector('rect');
      return {
        x: number(rect, 'x'), y: number(rect, 'y'), width: number(rect, 'width'), rx: rect.getAttribute('rx'), stroke: rect.getAttribute('stroke'),
        texts: [...g.querySelectorAll('text')].map(text => text.textContent), row: g.dataset.r ? Number(g.dataset.r) : null,
        inside: g.dataset.i ?? null, insideRow: Number(g.dataset.b ?? Number(g.dataset.r) + 1),
      };
    });
    const arrows = [...svg.querySelectorAll('path')].map(path => ({d: path.getAttribute('d'), dashes: path.getAttribute('stroke-dasharray')}));
    return {boxes, arrows, width: number(svg, 'width'), height: number(svg, 'height')};
  }
  inside(box) { return box.place ||= new Place(this, box); }
  weight(box) {
    if (box.row) return Math.max(0, this.model.rows.weight(box.row, this.column));
    return box.inside === null ? 0 : this.inside(box).boxes.reduce((sum, each) => sum + this.weight(each), 0);
  }

  // Where everything of a picture stands with what is open in it.
  arrange(picture) {
    const grown = picture.boxes.filter(box => this.open.has(box.place)).map(box => {
      const inner = this.arrange(box.place);
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
    const arranged = this.arrange(this.root);
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
      const place = this.inside(box);
      this.open[this.open.has(place) ? 'delete' : 'add'](place);
      this.draw();
      this.focus(box);
    };
    const target = own ? draw('g', {}, ...[...g.children].slice(0, 3)) : g;
    if (box.inside !== null) target.setAttribute('aria-expanded', Boolean(own));
    pressable(target, act);
    target.box = box;
    if (own) { target.setAttribute('class', g.getAttribute('class')); g.setAttribute('class', ''); g.prepend(target); }
    return g;
  }
  focus(box) {
    const found = [...this.svg.querySelectorAll('[tabindex]')].find(each => each.box === box);
    found?.scrollIntoView({block: 'nearest', inline: 'nearest'});
    found?.focus({preventScroll: true});
  }
  // The box of a row, in a module that the row lies in or in a box without a row of its own.
  find(row, place) {
    for (const box of place.boxes) {
      if (box.row === row) return box;
      const found = box.inside !== null && (!box.row || isBelow(row, box.row)) && this.find(row, this.inside(box));
      if (found) return found;
    }
    return null;
  }
  reveal(row) {
    const box = this.find(row, this.root);
    if (!box) return;
    for (let up = box; up.within; up = up.within.box) this.open.add(up.within);
    this.draw();
    this.focus(box);
  }
}
