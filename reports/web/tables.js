// Any table: sorted by a click on its head, copied by a button.

function enhance(table) {
  const columns = columnsOf(table);
  const body = table.tBodies[0];
  const content = () => [columns, [...body.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))];
  table.before(make('div', {class: 'tools'}, ...copyButtons(content)));
  // A tree keeps its order.
  if ([...body.rows].some(row => row.dataset.l)) return;
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
