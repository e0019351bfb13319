// Which rows does a filter keep?

// `type:Conv macs>1M -path:head word`: every term holds.
function filterOf(text, rows) {
  const terms = text.trim().split(/\s+/).filter(Boolean).map(word => {
    const isNot = word.length > 1 && word.startsWith('-');
    const term = isNot ? word.slice(1) : word;
    const test = termOf(term, rows);
    return isNot ? row => !test(row) : test;
  });
  return row => terms.every(term => term(row));
}

function termOf(term, rows) {
  const comparison = /^([a-z_]+)(>=|<=|>|<|=)(.+)$/i.exec(term);
  const column = comparison && rows.byId.get(comparison[1].toLowerCase());
  if (column) {
    const limit = sized(comparison[3]);
    if (Number.isNaN(limit)) return row => comparison[2] === '=' && rows.text(row, column).toLowerCase() === comparison[3].toLowerCase();
    const holds = {'>': (a, b) => a > b, '>=': (a, b) => a >= b, '<': (a, b) => a < b, '<=': (a, b) => a <= b, '=': (a, b) => a === b}[comparison[2]];
    return row => rows.weight(row, column) >= 0 && holds(rows.weight(row, column), limit);
  }
  const [, key, value] = /^(?:([a-z_]+):)?(.*)$/i.exec(term);
  const wanted = value.toLowerCase();
  const named = key && rows.byId.get({type: 'operator', op: 'operator'}[key.toLowerCase()] || key.toLowerCase());
  if (named && named.id !== 'name') return row => rows.text(row, named).toLowerCase().includes(wanted);
  return row => rows.path(row).toLowerCase().includes(named || (key || '').toLowerCase() === 'path' ? wanted : term.toLowerCase());
}
