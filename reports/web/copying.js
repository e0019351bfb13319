// How does a table look as Markdown, CSV and LaTeX?

const LATEX = {'\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '≥': '$\\geq$', '<': '\\textless{}', '>': '\\textgreater{}'};
const escapes = {
  markdown: text => text.replace(/[\\`*_{}[\]<>()#+!|&~@:$-]/g, c => (/[()#+!:{}-]/.test(c) ? c : `&#${c.charCodeAt(0)};`)),
  csv: text => {
    const safe = /^ *[=+\-@|%]/.test(text) ? `'${text}` : text;
    return /[",;'\n]|^ | $/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  },
  latex: text => text.replace(/[\\~^≥<>]|[&%$#_{}]/g, c => LATEX[c] || `\\${c}`),
};

// head: [{title, isNumber}], rows: [[text]]
const writers = {
  markdown(head, rows) {
    const line = cells => `| ${cells.map(escapes.markdown).join(' | ')} |`;
    return [line(head.map(h => h.title)), `|${head.map(h => (h.isNumber ? '--:' : ':--')).join('|')}|`, ...rows.map(line)].join('\n') + '\n';
  },
  csv(head, rows) {
    const cell = (text, i) => escapes.csv(head[i].isNumber && exact(text) !== null ? plain(text) : text);
    return [head.map(h => escapes.csv(h.title)), ...rows.map(row => row.map(cell))].map(cells => cells.join(',')).join('\n') + '\n';
  },
  latex(head, rows) {
    const line = cells => `${cells.map(escapes.latex).join(' & ')} \\\\`;
    return [`\\begin{tabular}{${head.map(h => (h.isNumber ? 'r' : 'l')).join('')}}`, '\\hline', line(head.map(h => h.title)), '\\hline',
      ...rows.map(line), '\\hline', '\\end{tabular}'].join('\n') + '\n';
  },
};

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', {'aria-hidden': 'true'});
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  say(`${what} copied`);
}

const copyMenu = content => {
  const made = menu('⋯', 'Copy this table', ...[['markdown', 'Markdown'], ['csv', 'CSV'], ['latex', 'LaTeX']].map(([format, title]) =>
    button(`Copy as ${title}`, () => { copy(writers[format](...content()), title); made.open = false; }, {'data-copy': format})));
  return made;
};

const isNumeric = type => ['number', 'count', 'bytes', 'percent'].includes(type);
const columnsOf = table => [...table.tHead.rows[0].cells].map((th, index) => ({index, id: th.dataset.c, title: th.textContent, type: th.dataset.t, isNumber: isNumeric(th.dataset.t)}));
