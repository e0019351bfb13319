// Any table: sorted by a click on its head, folded where it is long or nested, copied from its menu.

const SHORT = 12;  // as the style sheet has it

function enhance(table) {
  const columns = columnsOf(table);
  const body = table.tBodies[0];
  const content = () => [columns, [...body.rows].map(row => [...row.cells].map(cell => cell.textContent.replace(/^[▸▾] ?/, '').trim()))];
  const frame = make('div', {class: 'framed'});
  table.replaceWith(frame);
  frame.append(copyMenu(content), table);
  // A tree keeps its order.
  if ([...body.rows].some(row => row.dataset.l)) return foldTree([...body.rows]);
  if (body.rows.length > SHORT + 2) foldLong(table, frame);
  let sorted = null;
  for (const column of columns) {
    const th = table.tHead.rows[0].cells[column.index];
    const sort = () => {
      const falls = sorted === column ? th.ariaSort !== 'descending' : column.isNumber;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      th.ariaSort = falls ? 'descending' : 'ascending';
      sorted = column;
      const rows = [...body.rows].filter(row => row.className !== 'total');
      const text = row => row.cells[column.index].textContent.trim();
      rows.sort(column.isNumber ? (a, b) => weight(a.cells[column.index]) - weight(b.cells[column.index]) : (a, b) => text(a).localeCompare(text(b), 'en'));
      if (falls) rows.reverse();
      body.prepend(...rows);
    };
    th.replaceChildren(button(column.title, sort));
  }
}

// Rows past the first ones are there once they are asked for.
function foldLong(table, frame) {
  table.classList.add('short');
  const all = `Show all ${grouped(table.tBodies[0].rows.length)} rows`;
  const more = button(all, () => {
    const isShort = table.classList.toggle('short');
    more.textContent = isShort ? all : 'Show fewer';
    more.setAttribute('aria-expanded', String(!isShort));
  }, {class: 'more', 'aria-expanded': 'false'});
  frame.append(more);
}

// A row that others are below of stands for them until it is opened.
function foldTree(rows) {
  const level = row => Number(row.dataset.l || 0);
  const closed = new Set();
  const show = () => {
    const open = [];
    for (const row of rows) {
      open.length = level(row);
      row.hidden = open.includes(false);
      open[level(row)] = !closed.has(row);
    }
  };
  rows.forEach((row, i) => {
    if (!rows[i + 1] || level(rows[i + 1]) <= level(row)) return;
    closed.add(row);
    const head = row.cells[0];
    const sign = make('span', {class: 'twist', 'aria-hidden': 'true'}, '▸');
    const act = button(head.textContent.trim(), () => {
      const isOpen = closed.delete(row);
      if (!isOpen) closed.add(row);
      act.setAttribute('aria-expanded', String(isOpen));
      sign.textContent = isOpen ? '▾' : '▸';
      show();
    }, {class: 'plain', 'aria-expanded': 'false'});
    act.prepend(sign);
    head.replaceChildren(act);
  });
  show();
}
