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
    for (const link of this.links) link.addEventListener('click', event => { event.preventDefault(); this.go(link.dataset.to, null); });
    for (const table of article.querySelectorAll('.data:not(.layers, .operators)')) enhance(table);
    const totals = article.querySelector('table[data-id="totals"]');
    this.conventions = new Map(totals ? [...totals.tBodies[0].rows].map(row => [row.cells[0].textContent.trim(), row.cells[2].textContent.trim()]) : []);
    this.table = article.querySelector('table.layers');
    if (this.table) {
      this.made.dashboard = new Dashboard(this);
      this.made.sizes = new Sizes(this);
    }
  }
  // Numbers of all views have changed.
  redraw() {
    this.made.layers?.forget();
    if (this.view) this.show(this.view);
  }
  get rows() { return this.made.rows ||= new Rows(this.table, this.article.querySelector('.operators')); }
  get weighedBy() {
    const share = this.rows.byId.get('share');
    return this.rows.columns.find(column => share && share.title === `% ${column.title}`) || this.rows.byId.get('macs');
  }
  get part() {
    const view = this.views.get(this.view);
    if (this.view === 'layers') return this.made.layers ||= new Grid(this, this.table);
    if (this.view === 'map') return this.made.map ||= new Icicle(this, view);
    if (this.view === 'graph') return this.made.graph ||= new Graph(this, view);
    return null;
  }
  show(view) {
    this.view = this.views.has(view) ? view : [...this.views.keys()][0];
    for (const [id, element] of this.views) element.classList.toggle('on', id === this.view);
    for (const link of this.links) {
      if (link.dataset.to === this.view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    const {part} = this;
    if (part instanceof Grid) part.render();
    else part?.draw();
  }
  go(view, row) {
    this.show(view);
    if (row) {
      this.chosen = row;
      this.part?.reveal(row);
    }
    remember(this);
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
  const model = direct || models[Number(wanted.get('model')) - 1] || models[0];
  showModel(model);
  model.show(direct ? location.hash.slice(direct.id.length + 2) : wanted.get('view'));
  const row = model.table && wanted.get('node') ? model.rows.find(wanted.get('node')) : null;
  if (row) {
    model.chosen = row;
    model.part?.reveal(row);
  }
  isRestoring = false;
}

function showModel(model) {
  for (const each of models) each.article.classList.toggle('on', each === model);
  if (!model.view) model.show('overview');
}

function bar() {
  const root = document.documentElement;
  const theme = button('Light / dark', () => {
    const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = isDark ? 'light' : 'dark';
  });
  const parts = [notice, theme];
  if (models.length > 1) {
    const select = make('select', {'aria-label': 'Model', onchange: () => { const model = models[select.value]; showModel(model); remember(model); }},
      ...models.map((model, index) => make('option', {value: index}, model.article.dataset.title)));
    parts.unshift(select);
    addEventListener('hashchange', () => { select.value = models.findIndex(model => model.article.classList.contains('on')); });
  }
  document.querySelector('main').prepend(make('div', {class: 'bar'}, ...parts));
}

addEventListener('DOMContentLoaded', () => {
  models = [...document.querySelectorAll('article')].map(article => new Model(article));
  panel = new Panel();
  bar();
  if (models.length) restore();
  addEventListener('hashchange', restore);
  addEventListener('resize', () => { for (const model of models) if (model.view === 'layers') model.made.layers?.render(); });
  document.documentElement.dataset.ready = '';
});
