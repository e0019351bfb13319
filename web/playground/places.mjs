// Places: where in the editor's text is what the program calls line, column and length?  It counts bytes of UTF-8, an editor units of UTF-16.

function unitsIn(text, bytes) {
  let units = 0;
  for (const letter of text) {
    if (bytes <= 0) break;
    const code = letter.codePointAt(0);
    bytes -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += letter.length;
  }
  return units;
}

/** @returns {{from: number, to: number} | null} null where there is no such place */
export function placeIn(document, at) {
  if (at === null || at.line < 1 || at.line > document.lines) return null;
  const line = document.line(at.line);
  const from = line.from + unitsIn(line.text, at.column - 1);
  const to = from + unitsIn(line.text.slice(from - line.from), at.length);
  return {from, to: Math.max(to, Math.min(from + 1, line.to))};
}
