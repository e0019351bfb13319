// One model, its views, and the address that leads to them.

let panel;
let isRestoring = false;

class Model {
  constructor(article) {
    this.article = article;
    this.id = article.id;
    this.chosen = null;
    this.made = {};
    this.views = new Map([...article.querySelectorAll(':scope > .view')].map(view => [view.dataset.view, view]));
    this.links = [...article.querySelectorAll('nav a')];
    for (const link of this.links) on(link, 'click', event => { event.preventDefault(); this.go(link.dataset.to, null); });
    const totals = article.querySelector('table[data-id="totals"]');
    this.conventions = new Map(totals ? [...totals.tBodies[0].rows].map(row => [row.cells[0].textContent.trim(), row.cells[2].textContent.trim()]) : []);
    this.table = article.querySelector('table.layers');
    if (this.table) {
      this.made.sizes = new Sizes(this);
      this.made.dashboard = new Dashboard(this);
    }
    for (const table of article.querySelectorAll('.data:not(.layers, .operators)')) enhance(table);
    this.head();
  }
  // Name, facts, sizes and what concerns the whole page in one bar.
  head() {
    const header = this.article.querySelector('header');
    const [name, path, facts, sizes] = ['h1', '.path', '.facts', '.sizes'].map(each => header.querySelector(each));
    this.tools = make('div', {class: 'page-tools'});
    header.prepend(make('div', {class: 'bar'}, make('div', {class: 'name'}, name, ...[path, facts].filter(Boolean)), ...[sizes].filter(Boolean), this.tools));
    if (path) { name.title = path.textContent; path.hidden = Boolean(facts); }
    if (facts) facts.title = facts.textContent;
  }
  // Numbers of all views have changed, or the room that they have.
  redraw() {
    this.made.layers?.list();
    this.moved();
  }
  moved() {
    const {part} = this;
    if (part instanceof Grid) { part.render(); part.cellInSight(); } else part?.draw();
  }
  get rows() { return this.made.rows ||= new Rows(this.table, this.article.querySelector('.operators'), this.article.querySelector('table[data-id="nested_layers"]')); }
  get weighedBy() { return this.rows.of; }
  get part() {
    const view = this.views.get(this.view);
    if (!this.table || !view) return null;
    if (this.view === 'overview') return this.made.dashboard;
    if (this.view === 'layers') return this.made.layers ||= new Grid(this, this.table);
    if (this.view === 'map') return this.made.map ||= new MapView(this, view);
    if (this.view === 'graph') return this.made.graph ||= new Graph(this, view);
    if (this.view === 'field') return this.made.field ||= new Fields(this, view);
    return null;
  }
  show(view) {
    this.view = this.views.has(view) ? view : [...this.views.keys()][0];
    for (const [id, element] of this.views) element.classList.toggle('on', id === this.view);
    for (const link of this.links) {
      if (link.dataset.to === this.view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.moved();
  }
  go(view, row) {
    this.show(view);
    if (row) {
      this.chosen = row.source || row;
      this.part?.reveal(this.chosen);
    } else {
      scrollTo(0, 0);
    }
    remember(this);
  }
  // The layers that fit a filter.
  filtered(text) {
    this.go('layers', null);
    this.part.filterBy(text);
  }
  choose(row) {
    this.chosen = row.tr ? row : this.chosen;
    remember(this);
  }
  explain(row, column) { panel.show(this, row, column); }
}

let models;

// #view=graph&node=layer1/conv: what is shown can be linked to.
function remember(model) {
  if (isRestoring) return;
  const parts = [];
  if (models.length > 1) parts.push(`model=${models.indexOf(model) + 1}`);
  if (model.view) parts.push(`view=${model.view}`);
  if (model.chosen) parts.push(`node=${encodeURIComponent(model.rows.path(model.chosen))}`);
  try {
    history.replaceState(null, '', `#${parts.join('&')}`);
  } catch {
    // A frame that may not: the page works without.
  }
}

function restore() {
  isRestoring = true;
  const wanted = new Map(location.hash.slice(1).split('&').map(part => {
    const [key, ...value] = part.split('=');
    try {
      return [key, decodeURIComponent(value.join('='))];
    } catch {
      return [key, ''];
    }
  }));
  const direct = models.find(each => location.hash.startsWith(`#${each.id}-`));
  const model = direct || models[Number(wanted.get('model')) - 1] || models.find(each => !each.table) || models[0];
  showModel(model);
  model.show(direct ? location.hash.slice(direct.id.length + 2) : wanted.get('view'));
  const row = model.table && wanted.get('node') ? model.rows.find(wanted.get('node')) : null;
  if (row) {
    model.chosen = row;
    model.part?.reveal(row);
  }
  isRestoring = false;
}

const theme = button('◐', () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
}, {class: 'theme', 'aria-label': 'Light or dark', title: 'Light or dark'});
let chooser = null;

function showModel(model) {
  for (const each of models) each.article.classList.toggle('on', each === model);
  model.tools.replaceChildren(...[chooser, theme].filter(Boolean));
  if (chooser) chooser.value = models.indexOf(model);
  if (!model.view) model.show('overview');
}

// The comparison comes first, and its rows lead to the models, at whose sizes their numbers are.
function compareModels(first) {
  chooser = make('select', {'aria-label': 'Model', onchange: () => { const model = models[chooser.value]; showModel(model); model.moved(); remember(model); }},
    ...[first, ...models.filter(model => model !== first)].filter(Boolean).map(model => make('option', {value: models.indexOf(model)}, model.article.dataset.title)));
  const table = first?.article.querySelector('table[data-id="models"]');
  if (!table) return;
  [...table.tBodies[0].rows].forEach((row, i) => {
    const model = models[i];
    if (!model?.table) return;
    for (const cell of [...row.cells].slice(1)) {
      const formula = cell.dataset.w && parseFormula(cell.textContent.replace(/^≥ /, ''));
      const number = formula && model.made.sizes.number(formula);
      if (number === null || number === undefined || number === '') continue;
      cell.title = `${cell.textContent}, at ${wordsOf(model.made.sizes.values)}`;
      cell.textContent = `${cell.textContent.startsWith('≥') ? '≥ ' : ''}${grouped(number)}`;
      cell.dataset.w = Number(number);
    }
    const name = model.article.dataset.title;
    row.cells[0].title = row.cells[0].textContent.trim();
    row.cells[0].replaceChildren(button(name, () => { showModel(model); model.go('overview', null); }, {class: 'plain'}));
  });
}

on(window, 'DOMContentLoaded', () => {
  panel = new Panel();
  models = [...document.querySelectorAll('article')].map(article => new Model(article));
  if (models.length > 1) compareModels(models.find(model => !model.table && model.article.querySelector('table[data-id="models"]')));
  document.body.append(notice);
  if (models.length) restore();
  on(window, 'hashchange', restore);
  let later;
  on(window, 'resize', () => { clearTimeout(later); later = setTimeout(() => { for (const model of models) if (model.article.classList.contains('on')) model.moved(); }, 60); });
  // Paper shows what is folded.
  let opened = [];
  on(window, 'beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open], .menu)')];
    for (const each of opened) each.open = true;
  });
  on(window, 'afterprint', () => { for (const each of opened) each.open = false; });
  document.documentElement.dataset.ready = '';
});
