// What does an element of a layer see of the input, and of each layer on the way?  The element is the one under the pointer, or moved by keys.

const PLANES = 8;
const SIDE = 150, INPUT_SIDE = 320, STRIP = 720;

class Fields {
  constructor(model, view) {
    this.model = model;
    this.table = view.querySelector('table[data-id="receptive_path"]');
    this.place = make('div', {class: 'planes'});
    this.words = make('p', {class: 'sees', role: 'status'});
    this.deepest = make('select', {'aria-label': 'Up to layer', onchange: () => this.draw()}, ...[...this.table.tBodies[0].rows].slice(1).map((row, i) => make('option', {value: i + 1}, `${i + 1}  ${ending(row.cells[0].textContent.trim(), 48)}`)));
    this.read();
    // The deepest that does not see everything shows most.
    const partial = this.layers.findLastIndex(layer => layer.size.every((size, axis) => size <= Math.max(1, 0.6 * this.layers[0].extent[axis])));
    this.deepest.value = partial > 1 ? partial : this.layers.length - 1;
    view.querySelector('.caption').after(make('div', {class: 'tools'}, make('label', {}, 'Up to ', this.deepest)), this.words, this.place);
  }
  // By layer of the way: how many elements it has, what one of them sees, from where on; a sequence has a height of 1.
  read() {
    const at = Object.fromEntries(columnsOf(this.table).map(column => [column.id, column.index]));
    this.layers = [...this.table.tBodies[0].rows].map(row => {
      const axes = (id, other) => {
        const numbers = row.cells[at[id]].textContent.split(' x ').map(text => this.model.made.sizes.quotient(text.trim()));
        return numbers.length === 1 ? [other, ...numbers] : numbers;
      };
      return {name: row.cells[at.name].textContent.trim(), operator: row.cells[at.operator].textContent.trim(), extent: axes('extent', 1), size: axes('size', 1), jump: axes('jump', 1), start: axes('start', 0)};
    });
    this.isStrip = !this.table.tBodies[0].rows[0].cells[at.extent].textContent.includes(' x ');
  }
  draw() {
    this.read();
    const last = Number(this.deepest.value);
    const count = Math.min(PLANES, last + 1);
    const shown = Array.from({length: count}, (_, i) => Math.round(i * last / Math.max(1, count - 1)));
    this.planes = shown.map(index => this.plane(index));
    this.place.classList.toggle('strips', this.isStrip);
    this.place.replaceChildren(...this.planes.map(each => each.element));
    const {extent} = this.layers[last];
    if (this.layers.some(layer => [...layer.extent, ...layer.size, ...layer.jump, ...layer.start].some(Number.isNaN))) this.words.textContent = 'The sizes on this way are not all known: --set gives them numbers.';
    else this.show(this.planes[count - 1], extent.map(each => Math.floor(each / 2)));
  }
  plane(index) {
    const layer = this.layers[index];
    const [rows, columns] = layer.extent;
    const side = index === 0 ? INPUT_SIDE : SIDE;
    const width = this.isStrip ? STRIP : side * Math.min(1, columns / rows) || side;
    const height = this.isStrip ? 26 : side * Math.min(1, rows / columns) || side;
    const field = draw('rect', {class: 'field'});
    const grid = draw('path', {class: 'cells', d: this.lines(rows, columns, width, height)});
    const svg = draw('svg', {viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4, tabindex: 0, role: 'application',
      'aria-label': `${layer.name}, ${rows === 1 && this.isStrip ? '' : `${rows} x `}${columns} elements: arrow keys choose one`}, draw('rect', {class: 'ground', width, height}), grid, field);
    const words = make('figcaption', {}, make('b', {}, ending(layer.name, this.isStrip ? 44 : index === 0 ? 40 : 20)), make('span', {}));
    const plane = {index, layer, width, height, field, words: words.lastChild, element: make('figure', {class: index === 0 ? 'input' : ''}, svg, words)};
    const under = event => {
      const box = svg.getBoundingClientRect();
      const inside = (from, long, count) => Math.max(0, Math.min(count - 1, Math.floor((from - 2) / (long - 4) * count)));
      this.show(plane, [inside(event.clientY - box.top, box.height, rows), inside(event.clientX - box.left, box.width, columns)]);
    };
    on(svg, 'pointermove', under);
    on(svg, 'pointerdown', under);
    on(svg, 'focus', () => this.show(plane, this.chosen === plane ? this.at : layer.extent.map(each => Math.floor(each / 2))));
    const by = (...step) => () => this.show(plane, this.at.map((each, axis) => Math.max(0, Math.min(layer.extent[axis] - 1, each + step[axis]))));
    onKeys(svg, {ArrowUp: by(-1, 0), ArrowDown: by(1, 0), ArrowLeft: by(0, -1), ArrowRight: by(0, 1)});
    return plane;
  }
  lines(rows, columns, width, height) {
    let d = '';
    if (columns <= 64) for (let i = 1; i < columns; ++i) d += `M${(i / columns * width).toFixed(1)} 0V${height.toFixed(1)}`;
    if (rows <= 64) for (let i = 1; i < rows; ++i) d += `M0 ${(i / rows * height).toFixed(1)}H${width.toFixed(1)}`;
    return d;
  }
  // Positions of the input, then those elements of each layer before it that see no others.
  show(plane, element) {
    this.chosen = plane;
    this.at = element;
    const {layer} = plane;
    const from = element.map((each, axis) => Math.floor(layer.start[axis] + each * layer.jump[axis]));
    const to = from.map((each, axis) => each + layer.size[axis] - 1);
    for (const each of this.planes) {
      const isBefore = each.index <= plane.index;
      each.element.classList.toggle('after', !isBefore);
      each.element.classList.toggle('chosen', each === plane);
      each.field.setAttribute('visibility', isBefore ? 'visible' : 'hidden');
      if (!isBefore) { each.words.textContent = this.extentOf(each.layer); continue; }
      const range = each === plane ? element.map(at => [at, at]) : element.map((_, axis) => this.seen(each.layer, axis, from[axis], to[axis]));
      const box = range.map(([low, high], axis) => [Math.max(0, low), Math.min(each.layer.extent[axis] - 1, high)]);
      const [[top, bottom], [left, right]] = box;
      const [rows, columns] = each.layer.extent;
      const wide = each.width / columns, high = each.height / rows;
      set(each.field, {x: left * wide, y: top * high, width: Math.max(1.5, (right - left + 1) * wide), height: Math.max(1.5, (bottom - top + 1) * high)});
      const sees = range.map(([low, high]) => high - low + 1);
      each.words.textContent = each === plane ? this.extentOf(each.layer) : `sees ${(this.isStrip ? sees.slice(1) : sees).join(' x ')} of ${this.extentOf(each.layer)}`;
    }
    const input = this.layers[0];
    const outside = from.some((low, axis) => low < 0 || to[axis] > input.extent[axis] - 1);
    const axes = this.isStrip ? [1] : [0, 1];
    this.words.replaceChildren(make('b', {}, `Element ${axes.map(axis => element[axis]).join(', ')} of ${ending(layer.name, 48)}`),
      ` sees ${axes.map(axis => layer.size[axis]).join(' x ')} positions of ${input.name}, from ${axes.map(axis => from[axis]).join(', ')} to ${axes.map(axis => to[axis]).join(', ')}${outside ? '; what lies outside of it is padding' : ''}.`);
  }
  extentOf(layer) { return (this.isStrip ? layer.extent.slice(1) : layer.extent).join(' x '); }
  // Elements of a layer whose fields lie within these positions.
  seen(layer, axis, from, to) {
    const {start, jump, size} = layer;
    if (!(jump[axis] > 0)) return [0, layer.extent[axis] - 1];
    const low = Math.ceil((from - start[axis]) / jump[axis] - 1e-9);
    const high = Math.floor((to - size[axis] + 1 - start[axis]) / jump[axis] + 1e-9);
    return high < low ? [Math.min(low, high), Math.min(low, high)] : [low, high];
  }
}
