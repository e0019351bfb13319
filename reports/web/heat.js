// How dark is a box, and by which column?

// As the report draws them; text turns white on the last two.
const HEAT = ['#f5f7f9', '#e1edf6', '#c3dcee', '#9cc6e3', '#68a6d1', '#3a7fb5', '#1c5a8e'];
function heat(value, largest) {
  if (!(value > 0)) return 0;
  let level = HEAT.length - 1;
  for (let limit = largest / 2; level > 1 && value < limit; limit /= 2) --level;
  return level;
}
const inkOn = level => (level >= 5 ? '#ffffff' : '#10161d');

function metricSelect(rows, first, change) {
  const select = make('select', {'aria-label': 'Metric', onchange: () => change(rows.byId.get(select.value))},
    ...rows.columns.filter(column => ['count', 'bytes'].includes(column.type)).map(column => make('option', {value: column.id, selected: column === first}, column.title)));
  return select;
}
