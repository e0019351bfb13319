// The tree grid of layers: only rows in sight are in the page.

const WIDTHS = {name: 21, text: 11, number: 5, count: 9.5, bytes: 9.5, shape: 11, percent: 6.5, status: 6};

class Grid {
  constructor(model, table) {
    this.model = model;
    this.rows = model.rows;
    this.shown = new Set((table.dataset.shown || '').split(' '));
    this.shown.add('name');
    this.sort = null;
    this.grouping = this.rows.all.some(row => row.kind === 'module') ? 'module' : 'none';
    this.filter = '';
    this.at = 0;
    this.column = -1;
    this.depth = Number(table.dataset.depth);
    this.id = `${model.id}-grid`;
    this.build(table);
    this.openTo(this.depth);
  }

  build(table) {
    const search = make('input', {type: 'search', 'aria-label': 'Filter layers', placeholder: 'type:Conv macs>1M name', oninput: () => { this.filter = search.value; this.list(); }});
    this.search = search;
    const modes = make('select', {'aria-label': 'Roll up by', onchange: () => { this.grouping = modes.value; this.list(); }},
      ...[['module', 'by module'], ['operator', 'by operator'], ['none', 'as a list']].map(([value, title]) => make('option', {value, selected: value === this.grouping}, title)));
    const deepest = this.rows.all.reduce((most, row) => Math.max(most, row.level), 0);
    const depth = make('select', {'aria-label': 'Open levels', onchange: () => this.openTo(Number(depth.value))},
      ...Array.from({length: Math.min(deepest, 8)}, (_, i) => make('option', {value: i, selected: i === this.depth}, i === 0 ? 'closed' : `${i} open`)),
      make('option', {value: 99, selected: this.depth > deepest}, 'all open'));
    const columns = this.rows.columns.slice(1).map(column => make('label', {}, make('input', {
      type: 'checkbox', value: column.id, checked: this.shown.has(column.id),
      onchange: event => { this.shown[event.target.checked ? 'add' : 'delete'](column.id); this.columns(); },
    }), ` ${column.title}`));
    this.foot = make('p', {class: 'caption', role: 'status'});
    this.grid = make('table', {role: 'treegrid', tabindex: 0, 'aria-label': 'Layers', id: this.id});
    this.keys();
    this.box = make('div', {class: 'grid'}, this.grid);
    on(this.box, 'scroll', () => this.render());
    on(this.grid, 'click', event => this.click(event));
    table.before(make('div', {class: 'tools'}, search, modes, depth, menu('Columns', 'Columns', make('div', {class: 'columns'}, ...columns)), copyMenu(() => this.content())), this.foot, this.box);
    this.columns();
  }

  content() {
    const indented = row => `${'\u2003'.repeat(this.levelOf(row))}${row.name}`;
    const rows = this.visible.map(row => this.visibleColumns.map(column => (column.index === 0 ? indented(row) : this.rows.text(row, column))));
    return [this.visibleColumns, rows];
  }

  columns() {
    this.visibleColumns = this.rows.columns.filter(column => this.shown.has(column.id));
    // Totals are the longest texts of columns that add up.
    const width = column => Math.max(WIDTHS[column.type], Math.min(17, this.rows.text(this.rows.total, column).length * .55 + 1.5)) + (column.id === 'formula' ? 10 : 0);
    this.head = make('thead', {}, make('tr', {role: 'row', 'aria-rowindex': 1}, ...this.visibleColumns.map(column => make('th', {role: 'columnheader', 'data-t': column.type, 'data-c': column.id},
      button(column.title, () => this.sortBy(column), {tabindex: -1, title: column.title})))));
    const total = this.visibleColumns.reduce((sum, column) => sum + width(column), 0);
    this.top = make('tbody', {class: 'pad', 'aria-hidden': 'true'}, make('tr', {}, make('td', {colspan: this.visibleColumns.length})));
    this.bottom = this.top.cloneNode(true);
    this.body = make('tbody', {role: 'rowgroup'});
    this.grid.replaceChildren(make('colgroup', {}, ...this.visibleColumns.map(column => {
      const col = make('col');
      col.style.width = `${width(column)}rem`;
      return col;
    })), this.head, this.top, this.body, this.bottom);
    this.grid.style.minWidth = `${total}rem`;
    this.grid.setAttribute('aria-colcount', this.visibleColumns.length);
    this.markSort();
    this.list();
  }

  sortBy(column) {
    if (this.sort?.column === column) {
      const isFirst = this.sort.falls === column.isNumber;
      this.sort = isFirst ? {column, falls: !this.sort.falls} : null;
    } else {
      this.sort = {column, falls: column.isNumber};
    }
    this.markSort();
    this.list();
  }
  markSort() {
    for (const th of this.head.rows[0].cells) {
      const isSorted = this.sort?.column.id === th.dataset.c;
      th.ariaSort = isSorted ? (this.sort.falls ? 'descending' : 'ascending') : 'none';
      th.firstChild.textContent = th.firstChild.title + (isSorted ? (this.sort.falls ? ' ▼' : ' ▲') : '');
    }
  }
  openTo(depth) {
    for (const row of this.rows.all) row.isOpen = row.level < depth;
    this.list();
  }

  ordered(rows) {
    if (!this.sort) return rows;
    const {column, falls} = this.sort;
    const sign = falls ? -1 : 1;
    const compare = column.isNumber ? (a, b) => this.rows.weight(a, column) - this.rows.weight(b, column)
      : (a, b) => this.rows.text(a, column).localeCompare(this.rows.text(b, column), 'en');
    return [...rows].sort((a, b) => sign * compare(a, b));
  }

  // A tree of what the filter keeps: modules and operators hold the sums of that.
  kept(roots, matches) {
    const operator = this.rows.byId.get('operator');
    const keep = (row, parent) => {
      if (row.kind === 'entry') return matches(row) ? {...row, parent, source: row} : null;
      const made = {...row, parent, source: row, isOpen: row.texts ? row.isOpen : true};
      const below = row.below.map(child => keep(child, made)).filter(Boolean);
      if (!below.length) return null;
      const all = this.rows.entriesBelow(row).length;
      Object.assign(made, this.rows.together(made, below), {level: row.level});
      made.texts[operator.index] = made.entries.length === all ? counted(all, 'layer') : `${grouped(made.entries.length)} of ${counted(all, 'layer')}`;
      return made;
    };
    return roots.map(row => keep(row, null)).filter(Boolean);
  }

  // Which rows there are now.
  list() {
    const chosen = this.visible?.[this.at];
    const isFiltered = this.filter.trim() !== '';
    const matches = filterOf(this.filter, this.rows);
    const entries = this.rows.all.filter(row => row.kind === 'entry' && (!isFiltered || matches(row)));
    this.visible = [];
    const walk = rows => {
      for (const row of this.ordered(rows)) {
        this.visible.push(row);
        if (row.below.length && row.isOpen) walk(row.below);
      }
    };
    if (this.grouping === 'none') {
      this.visible = this.ordered(entries);
    } else {
      const roots = this.grouping === 'operator' ? this.rows.groups() : this.rows.roots;
      walk(isFiltered ? this.kept(roots, matches) : roots);
    }
    if (this.rows.total && !isFiltered) this.visible.push(this.rows.total);
    else if (entries.length) this.visible.push({...this.rows.together({name: 'TOTAL of these', kind: 'total', level: 0, parent: null, isOpen: false}, entries), below: []});
    const sums = () => ['parameters', 'macs', 'flops'].map(id => this.rows.byId.get(id)).filter(Boolean)
      .map(column => [column.title, this.rows.sum(entries, column)]).filter(([, sum]) => sum !== '');
    this.foot.textContent = !isFiltered ? `${grouped(this.rows.count)} layers. Enter explains a number; a name's children open with →.`
      : entries.length ? `${grouped(entries.length)} of ${grouped(this.rows.count)} layers: ${sums().map(([title, sum]) => `${sum} ${title}`).join(', ')}. Sums are of these.`
        : `No layer of ${grouped(this.rows.count)} fits “${this.filter.trim()}”. Try a part of a name, type:Conv, macs>1M.`;
    this.foot.classList.toggle('none', isFiltered && !entries.length);
    this.at = Math.max(0, chosen ? this.visible.findIndex(row => row === chosen || (row.source && row.source === (chosen.source || chosen))) : 0);
    this.grid.setAttribute('aria-rowcount', this.visible.length + 1);
    this.box.style.maxHeight = `calc(var(--row) * ${this.visible.length} + 4rem)`;
    this.render();
  }

  filterBy(text) {
    this.filter = this.search.value = text;
    if (this.grouping === 'operator' && text.startsWith('type:')) for (const row of this.rows.groups()) row.isOpen = true;
    this.list();
    this.search.focus({preventScroll: true});
  }

  levelOf(row) {
    if (this.grouping === 'none' || row.kind === 'total') return 0;
    return this.grouping === 'operator' ? (row.kind === 'entry' ? 1 : 0) : row.level;
  }

  render() {
    if (!this.box.clientHeight) return;
    const height = this.body.rows[0]?.offsetHeight || 28;
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - 8);
    const last = Math.min(this.visible.length, first + Math.ceil(this.box.clientHeight / height) + 16);
    const pad = (body, count) => { body.hidden = count === 0; body.rows[0].cells[0].style.height = `${count * height}px`; };
    pad(this.top, first);
    pad(this.bottom, this.visible.length - last);
    this.body.replaceChildren(...this.visible.slice(first, last).map((row, i) => this.line(row, first + i)));
    const active = `${this.id}-${this.at}${this.column < 0 ? '' : `-${this.column}`}`;
    this.grid.setAttribute('aria-activedescendant', document.getElementById(active) ? active : '');
    if (!document.getElementById(active)) this.grid.removeAttribute('aria-activedescendant');
  }

  line(row, index) {
    const level = this.levelOf(row);
    const hasBelow = row.below.length > 0 && this.grouping !== 'none';
    const cells = this.visibleColumns.map((column, c) => {
      const text = this.rows.text(row, column);
      const cell = make(c === 0 ? 'th' : 'td', {
        id: `${this.id}-${index}-${c}`, role: c === 0 ? 'rowheader' : 'gridcell', title: text,
        class: [column.isNumber && c > 0 ? 'num' : 'l', index === this.at && c === this.column ? 'cell-on' : ''].join(' '),
      });
      if (c === 0) {
        cell.style.paddingLeft = `${0.6 + level}rem`;
        cell.append(make('span', {class: 'twist', 'aria-hidden': 'true'}, hasBelow ? (row.isOpen || this.isForced(row) ? '▾' : '▸') : ''));
      }
      if (column.type === 'percent' && text) {
        cell.classList.add('share');
        cell.style.backgroundSize = `${Math.min(100, this.rows.weight(row, column))}% 70%`;
      }
      cell.append(text);
      return cell;
    });
    return make('tr', {
      id: `${this.id}-${index}`, role: 'row', class: `${row.kind}${index === this.at ? ' on' : ''}`, 'aria-level': level + 1, 'aria-rowindex': index + 2,
      'aria-selected': index === this.at ? 'true' : 'false', 'aria-expanded': hasBelow ? String(row.isOpen || this.isForced(row)) : null,
    }, ...cells);
  }
  isForced(row) { return Boolean(row.source) && this.grouping === 'module'; }

  toggle(row, isOpen = !row.isOpen) {
    if (!row.below.length) return;
    (row.texts && row.source ? row.source : row).isOpen = isOpen;
    this.list();
  }
  choose(index, column = this.column) {
    this.at = Math.max(0, Math.min(this.visible.length - 1, index));
    this.column = column;
    const height = this.body.rows[0]?.offsetHeight || 28;
    const top = this.at * height;
    const room = this.box.clientHeight - 2 * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top > this.box.scrollTop + room) this.box.scrollTop = top - room;
    this.render();
    this.cellInSight();
    this.model.choose(this.visible[this.at].source || this.visible[this.at]);
  }
  // The cell that was chosen, where the table is wider than its frame.
  cellInSight() {
    const cell = this.column > 0 && document.getElementById(`${this.id}-${this.at}-${this.column}`);
    if (!cell) return;
    const left = cell.offsetLeft, right = left + cell.offsetWidth;
    if (right > this.box.scrollLeft + this.box.clientWidth) this.box.scrollLeft = right - this.box.clientWidth;
    else if (left < this.box.scrollLeft) this.box.scrollLeft = left;
  }
  reveal(row) {
    if (this.grouping === 'operator') this.grouping = 'none';
    this.filter = this.search.value = '';
    for (let up = row.parent; up; up = up.parent) up.isOpen = true;
    this.list();
    this.choose(this.visible.indexOf(row));
  }

  click(event) {
    const tr = event.target.closest('tbody tr');
    if (!tr?.id) return;
    const index = Number(tr.getAttribute('aria-rowindex')) - 2;
    const cell = event.target.closest('th, td');
    const row = this.visible[index];
    this.choose(index, cell ? cell.cellIndex : -1);
    if (event.target.closest('.twist')) this.toggle(row);
    else if (cell) this.model.explain(row, this.visibleColumns[cell.cellIndex]);
  }
  keys() {
    const page = () => Math.max(1, Math.floor(this.box.clientHeight / 28) - 2);
    const by = step => () => this.choose(this.at + step());
    const row = () => this.visible[this.at];
    const isOpen = () => row().below.length > 0 && this.grouping !== 'none' && (row().isOpen || this.isForced(row()));
    onKeys(this.grid, {
      ArrowDown: by(() => 1), ArrowUp: by(() => -1), PageDown: by(page), PageUp: by(() => -page()), Home: by(() => -Infinity), End: by(() => Infinity),
      ArrowRight: () => (row().below.length && this.grouping !== 'none' && !isOpen() ? this.toggle(row(), true) : this.choose(this.at, Math.min(this.column + 1, this.visibleColumns.length - 1))),
      ArrowLeft: () => {
        if (this.column >= 0) this.choose(this.at, this.column - 1);
        else if (isOpen() && !this.isForced(row())) this.toggle(row(), false);
        else if (row().parent && this.visible.includes(row().parent)) this.choose(this.visible.indexOf(row().parent));
      },
      Enter: () => this.model.explain(row(), this.visibleColumns[Math.max(0, this.column)]), ' ': () => this.toggle(row()),
    });
  }
}
