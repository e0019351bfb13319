// How was a number computed?

class Panel {
  constructor() {
    this.element = make('aside', {class: 'panel', 'aria-label': 'How was this computed', tabindex: -1, hidden: true});
    on(this.element, 'keydown', event => { if (event.key === 'Escape') this.close(); });
    document.body.append(this.element);
  }
  close() {
    this.element.hidden = true;
    document.documentElement.classList.remove('with-panel');
    this.model?.moved();
    this.before?.focus();
  }
  // Beside the page, which makes room: what was clicked stays in sight.
  open(model, ...content) {
    this.model = model;
    this.before = document.activeElement;
    this.element.replaceChildren(...content);
    this.element.hidden = false;
    document.documentElement.classList.add('with-panel');
    model.moved();
    this.element.focus({preventScroll: true});
  }
  // A figure of the dashboard: its formula, and how it is counted.
  figure(model, title, id, element) {
    const formula = element.dataset.f;
    const {sizes} = model.made;
    const number = exact(formula) ?? sizes.number(parseFormula(formula));
    const unit = element.dataset.unit === 'bytes' ? ' B' : '';
    const convention = model.conventions.get(id);
    this.open(model, make('div', {class: 'tools'}, button('✕ Close', () => this.close(), {'aria-label': 'Close'}), button('Copy formula', () => copy(formula, 'Formula'))), make('h2', {}, title),
      make('p', {class: 'figure'}, number === null ? '?' : `${element.textContent.startsWith('≥') ? '≥ ' : ''}${element.dataset.unit === 'time' ? timeText(number) : grouped(number) + unit}`),
      ...(exact(formula) === null ? [make('p', {class: 'caption'}, `at ${wordsOf(sizes.values)}; the formula:`), make('code', {class: 'block'}, formula)] : []),
      ...(convention ? [make('div', {class: 'how'}, make('p', {}, convention))] : []));
  }
  show(model, row, column) {
    const {rows} = model;
    const line = each => make('tr', {}, make('th', {scope: 'row'}, each.title), make('td', {class: each.isNumber ? '' : 'l'}, rows.text(row, each)));
    const to = (view, title) => button(title, () => { this.close(); model.go(view, row); });
    this.open(model,
      make('div', {class: 'tools'}, button('✕ Close', () => this.close(), {'aria-label': 'Close'}),
        ...(row.tr ? [to('layers', 'Layers'), to('map', 'Map'), to('graph', 'Graph'),
          button('Copy link', () => copy(location.href, 'Link'))] : [])),
      make('h2', {}, row.texts ? row.name : rows.path(row)),
      make('div', {class: 'how'}, ...this.reasons(model, row, column).map(text => make('p', {}, text))),
      make('table', {'aria-label': 'Everything known of it'}, make('tbody', {}, ...rows.columns.slice(1).filter(each => rows.text(row, each) !== '').map(line))));
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
    if (value === '?' || value.startsWith('≥')) reasons.push('Something that belongs to it is unknown: see the diagnostics.');
    if (!reasons.length) reasons.push(`${column.title}: ${value}`);
    return reasons;
  }
}
