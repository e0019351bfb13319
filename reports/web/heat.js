// How dark is a box, and by which column?

// 0 has nothing, 6 the most; the style sheet has the colours.
function heat(value, largest) {
  if (!(value > 0)) return 0;
  let level = 6;
  for (let limit = largest / 2; level > 1 && value < limit; limit /= 2) --level;
  return level;
}

function metricSelect(rows, first, change) {
  const select = make('select', {'aria-label': 'Metric', onchange: () => change(rows.byId.get(select.value))},
    ...rows.columns.filter(column => ['count', 'bytes'].includes(column.type)).map(column => make('option', {value: column.id, selected: column === first}, column.title)));
  return select;
}
