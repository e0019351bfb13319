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
    this.pictures = new Map([...view.querySelectorAll('.picture')].map(details => [details.dataset.p, this.read(details.querySelector('svg'))]));
    this.root = this.inside({inside: [...this.pictures.keys()][0], firstRow: 0, within: null});
    this.open = new Set([this.root]);
    view.classList.add('graph-drawn', 'filling');
    this.canvas = make('div', {class: 'canvas', tabindex: 0, role: 'group', 'aria-label': 'Graph of the model: arrow keys move it, plus and minus scale it, 0 shows all of it'});
    this.camera = new Camera(this.canvas);
    on(this.canvas, 'focusin', event => { if (event.target.box) this.camera.see(event.target); });
    this.caption = view.querySelector('.caption');
    this.caption.after(make('div', {class: 'tools'}, metricSelect(model.rows, this.column, column => { this.column = column; this.draw(); }),
      button('Close all', () => { this.open = new Set([this.root]); this.draw(); this.camera.begin(); }),
      button('−', () => this.camera.zoom(1 / 1.25), {'aria-label': 'Smaller'}), button('+', () => this.camera.zoom(1.25), {'aria-label': 'Larger'}),
      button('Show all', () => this.camera.whole())), this.canvas);
    this.openHeaviest();
  }
  // What has more than 60 % of its surroundings is where the interest lies.
  openHeaviest() {
    for (let place = this.root, depth = 0; place && depth < 8; ++depth) {
      const total = place.boxes.reduce((sum, box) => sum + this.weight(box), 0);
      const heavy = place.boxes.find(box => box.inside !== null && this.weight(box) > 0.6 * total);
      place = heavy && this.inside(heavy);
      if (place) this.open.add(place);
    }
  }
  read(svg) {
    const number = (element, name) => Number(element.getAttribute(name));
    const boxes = [...svg.querySelectorAll('g')].map(g => {
      const rect = g.querySelector('rect');
      return {
        x: number(rect, 'x'), y: number(rect, 'y'), width: number(rect, 'width'), rx: rect.getAttribute('rx'), stroke: rect.getAttribute('stroke'),
        texts: [...g.querySelectorAll('text')].map(text => text.textContent), row: g.dataset.r ? Number(g.dataset.r) : null,
        shape: g.dataset.s ?? null, inside: g.dataset.i ?? null, insideRow: Number(g.dataset.b ?? Number(g.dataset.r) + 1),
      };
    });
    const arrows = [...svg.querySelectorAll('path')].map(path => ({d: path.getAttribute('d'), kind: path.hasAttribute('stroke-dasharray') ? 'upward' : path.hasAttribute('stroke-width') ? 'skip' : 'plain'}));
    return {boxes, arrows, width: number(svg, 'width'), height: number(svg, 'height')};
  }
  inside(box) { return box.place ||= new Place(this, box); }
  weight(box) {
    if (box.row) return this.model.rows.amount(box.row, this.column);
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
    const arrows = picture.arrows.map(({d, kind}) => ({kind, d: d.replace(/([MLC])([^MLC]*)/g, (_, command, numbers) => {
      const values = numbers.trim().split(/[ ,]+/).map(Number);
      let out = command;
      for (let i = 0; i < values.length; i += 2) out += `${i ? ' ' : ''}${shiftX(values[i], rankOf(values[i + 1]))} ${shiftY(values[i + 1])}`;
      if (command !== 'M' || values[1] % PITCH < PITCH / 2) return out;
      return `M${shiftX(values[0], rankOf(values[1]))} ${bottomOf(values[0], values[1])}L${out.slice(1)}`;
    })}));
    return {boxes, arrows, left, width: right - left, height: picture.height + above[above.length - 1]};
  }

  draw() {
    const arranged = this.arrange(this.root);
    const {rows} = this.model;
    this.total = rows.total ? rows.amount(rows.total, this.column) : 0;
    const closed = place => place.boxes.flatMap(box => (this.open.has(box.place) ? closed(box.place) : [this.weight(box)]));
    this.largest = Math.max(0, ...closed(this.root));
    this.caption.textContent = `Data flows downwards. A stronger colour has more ${this.column.title}, each about twice the one before. Bold arrows pass layers by. Drag to move, Ctrl and the wheel or two fingers to scale.`;
    this.camera.stage.replaceChildren(this.group(arranged, -arranged.left, 0));
    this.camera.hold(arranged.width, arranged.height);
    if (!this.isPlaced && this.canvas.clientWidth) {
      this.isPlaced = true;
      this.camera.begin();
    }
  }
  group(arranged, x, y) {
    const lines = arranged.arrows.map(({d, kind}) => draw('path', {d, class: `arrow ${kind}`}));
    const shapes = arranged.boxes.filter(({box}) => box.texts[1] !== 'output').map(each => this.shape(each)).filter(Boolean);
    return draw('g', {transform: `translate(${x} ${y})`}, ...lines, ...arranged.boxes.map(each => this.node(each)), ...shapes);
  }
  // What leaves a box stands on its arrow.
  shape({box, x, y, width, height}) {
    const text = box.shape ?? (box.row && box.inside === null ? box.texts[1] : '');
    return text ? draw('text', {x: x + width / 2 + 5, y: y + height + 13, class: 'edge-shape', 'aria-hidden': true}, shortened(this.model.made.sizes.shapeText(text), 24)) : null;
  }
  // As much as there is room for.
  secondLine(box, width) {
    const weight = this.weight(box);
    const isBorder = !box.row && box.inside === null;
    if (isBorder) return box.texts[1] || '';
    const share = this.total > 0 && weight > 0 ? `${percentText(weight / this.total)} %` : '';
    const amount = weight > 0 ? shortWeight(weight, this.column.type === 'bytes') : '';
    const many = box.inside === null ? amount : box.texts[1];
    return [[many, share].filter(Boolean).join(' · '), share || many].find(text => text.length * 6.6 < width - 8) || share;
  }
  node({box, own, x, y, width, height}) {
    const level = own ? 0 : heat(this.weight(box), this.largest);
    const {rows} = this.model;
    const label = box.row ? `${rows.path(box.row)}: ${rows.text(box.row, this.column)} ${this.column.title}` : box.texts.join(', ');
    const isBorder = !box.row && box.inside === null;
    const g = draw('g', {class: box.row && box.row === this.model.chosen ? 'on' : ''}, draw('title', {}, label),
      draw('rect', {x, y, width, height, rx: box.rx, ...(own ? {class: 'plate'} : isBorder ? {class: 'border'} : {class: `h${level}${box.inside === null ? '' : ' module'}`})}));
    const middle = x + width / 2;
    if (own) {
      g.append(draw('text', {x: middle, y: y + 15, class: 'on-plate', 'font-weight': 600, 'aria-hidden': true}, [box.texts[0], this.secondLine(box, width - 8 * box.texts[0].length)].filter(Boolean).join('  ')), this.group(own.inner, x + (width - own.inner.width) / 2 - own.inner.left, y + LABEL));
    } else {
      const texts = [box.texts[0], this.secondLine(box, width)].filter(Boolean);
      texts.forEach((text, i) => g.append(draw('text', {x: middle, y: y + (texts.length === 1 ? 23 : 16 + 14 * i), class: isBorder ? 'on-plate' : `on-h${level}`, 'font-weight': i === 0 ? 600 : 400, 'aria-hidden': true}, text)));
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
    const found = [...this.camera.svg.querySelectorAll('[tabindex]')].find(each => each.box === box);
    found?.focus({preventScroll: true});
    if (found) this.camera.see(found);
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
