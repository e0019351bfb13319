// A board of layers: sliders for what each one is, the formulas with their numbers, and pictures of all tensors in which one place of the output shows
// what it sees, layer by layer.
import {fieldFormula, fieldsOf, netOf, receptiveFields, refusal, sizeFormula, sizesOf} from './window.mjs';

const sliders = [
  {key: 'kernel', title: 'kernel K', from: 1, to: 7},
  {key: 'stride', title: 'stride S', from: 1, to: 4},
  {key: 'padding', title: 'padding P', from: 0, to: 4},
  {key: 'dilation', title: 'dilation D', from: 1, to: 4},
];

const svgNames = 'http://www.w3.org/2000/svg';
function made(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, properties);
  node.append(...children);
  return node;
}
function drawn(tag, attributes) {
  const node = document.createElementNS(svgNames, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

const range = places => (places.length === 0 ? 'none' : places.length === 1 ? `${places[0]}` : `${places[0]} to ${places.at(-1)}`);

export class Board {
  #state;
  #place;
  #costs;
  #onChange;

  /**
   * @param host where it stands
   * @param state {size, layers: [{kernel, stride, padding, dilation}]}
   * @param onChange given the net that the board is, and what its figures are written to
   */
  constructor(host, title, state, onChange) {
    this.#state = state;
    this.#onChange = onChange;
    this.controls = made('div', {className: 'layers'});
    this.refusal = made('p', {className: 'refusal'});
    this.refusal.setAttribute('role', 'status');
    this.formulas = made('div');
    this.fields = made('div', {className: 'fields'});
    this.told = made('p', {className: 'told'});
    this.told.setAttribute('aria-live', 'polite');
    this.#costs = made('div', {className: 'costs'});
    host.append(made('h3', {textContent: title}), this.controls, this.refusal, this.formulas, this.fields, this.told, this.#costs);
    this.#makeControls();
    this.#update();
  }

  #makeControls() {
    const input = made('fieldset', {className: 'layer'}, made('legend', {textContent: 'input'}));
    input.append(this.#slider('size W', 3, 16, this.#state.size, value => this.#wanted({size: value}), 'size'));
    this.controls.append(input, ...this.#state.layers.map((layer, index) => {
      const field = made('fieldset', {className: 'layer'}, made('legend', {textContent: this.#state.layers.length > 1 ? `convolution ${index + 1}` : 'convolution'}));
      field.append(...sliders.map(({key, title, from, to}) => this.#slider(title, from, to, layer[key], value => this.#wanted({index, key, value}), key)));
      return field;
    }));
  }

  /** A slider that goes back to where it was where its number cannot be. */
  #slider(title, from, to, value, take, key) {
    const number = made('output', {textContent: value});
    const slider = made('input', {type: 'range', min: from, max: to, value});
    slider.dataset.key = key;
    slider.addEventListener('input', () => {
      slider.value = take(Number(slider.value));
      number.textContent = slider.value;
    });
    return made('label', {className: 'slider'}, made('span', {textContent: title}), slider, number);
  }

  /** @returns the number that holds now: the wanted one, or the one before */
  #wanted({size, index, key, value}) {
    const next = structuredClone(this.#state);
    if (index === undefined) next.size = size;
    else next.layers[index][key] = value;
    const sizes = sizesOf(next.size, next.layers);
    const isPossible = sizes.length === next.layers.length + 1;
    this.refusal.textContent = isPossible ? '' : refusal(sizes.at(-1), next.layers[sizes.length - 1]);
    if (isPossible) {
      this.#state = next;
      this.#update();
    }
    return index === undefined ? this.#state.size : this.#state.layers[index][key];
  }

  #update() {
    const {size, layers} = this.#state;
    const sizes = sizesOf(size, layers);
    const last = sizes.at(-1) - 1;
    this.#place = (this.#place ?? [Math.floor(last / 2), Math.floor(last / 2)]).map(each => Math.min(each, last));
    const receptive = receptiveFields(layers);
    this.formulas.replaceChildren(...layers.flatMap((layer, index) => {
      const before = layers.length > 1 ? `${index + 1}: ` : '';
      return [sizeFormula(sizes[index], layer), `receptive field ${fieldFormula(receptive[index], layer)}`].map(text => made('p', {className: 'formula'}, made('code', {textContent: before + text})));
    }));
    this.#drawTensors(sizes);
    this.#showFields();
    this.#onChange(netOf(size, layers), this.#costs);
  }

  #drawTensors(sizes) {
    this.fields.replaceChildren(...sizes.map((size, index) => {
      const margin = index < sizes.length - 1 ? this.#state.layers[index].padding : 0;
      const whole = size + 2 * margin;
      const svg = drawn('svg', {viewBox: `${-margin - 0.1} ${-margin - 0.1} ${whole + 0.2} ${whole + 0.2}`, role: 'img'});
      const lines = Array.from({length: whole + 1}, (_, i) => `M${i - margin} ${-margin}v${whole}M${-margin} ${i - margin}h${whole}`).join('');
      svg.append(drawn('path', {class: 'padding', d: `M${-margin} ${-margin}h${whole}v${whole}h${-whole}zM0 0v${size}h${size}v${-size}z`}), drawn('path', {class: 'seen'}), drawn('path', {class: 'grid', d: lines}), drawn('rect', {class: 'edge', x: 0, y: 0, width: size, height: size}));
      const isOutput = index === sizes.length - 1;
      if (isOutput) this.#followPlace(svg, size);
      const name = index === 0 ? 'input' : isOutput ? 'output' : `after ${index}`;
      const figure = made('figure', {}, svg, made('figcaption', {textContent: `${name}: ${size} \u00d7 ${size}${isOutput ? ' \u2014 point at a place' : ''}`}));
      svg.setAttribute('aria-label', name);
      return figure;
    }));
  }

  #followPlace(svg, size) {
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('role', 'application');
    svg.setAttribute('aria-roledescription', 'grid of places, chosen with the arrow keys');
    const point = event => {
      const box = svg.getBoundingClientRect();
      const scale = (size + 0.2) / box.width;
      this.#choose([Math.floor((event.clientY - box.top) * scale - 0.1), Math.floor((event.clientX - box.left) * scale - 0.1)], size);
    };
    svg.addEventListener('pointermove', point);
    svg.addEventListener('pointerdown', point);
    svg.addEventListener('keydown', event => {
      const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#choose(this.#place.map((each, axis) => each + step[axis]), size);
    });
  }

  #choose(place, size) {
    const next = place.map(each => Math.max(0, Math.min(each, size - 1)));
    if (next.every((each, axis) => each === this.#place[axis])) return;
    this.#place = next;
    this.#showFields();
  }

  #showFields() {
    const {size, layers} = this.#state;
    const sizes = sizesOf(size, layers);
    const [rows, columns] = this.#place.map(place => fieldsOf(place, sizes, layers));
    [...this.fields.querySelectorAll('.seen')].forEach((path, index) => {
      const cells = [...rows[index].seen, ...rows[index].outside].flatMap(row => [...columns[index].seen, ...columns[index].outside].map(column => `M${column} ${row}h1v1h-1z`));
      path.setAttribute('d', cells.join(''));
      path.classList.toggle('chosen', index === sizes.length - 1);
    });
    const inside = rows[0].seen.length * columns[0].seen.length;
    this.told.textContent = `Row ${this.#place[0]}, column ${this.#place[1]} of the output sees rows ${range(rows[0].seen)} and columns ${range(columns[0].seen)} of the input: ${inside} ${inside === 1 ? 'place' : 'places'}${rows[0].outside.length + columns[0].outside.length > 0 ? ', and padding beside them' : ''}.`;
  }
}
