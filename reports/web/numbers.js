// What is the number that a cell shows, and what is it sorted by?

const INTEGER = /^[0-9][0-9,]*$/;
const plain = text => text.replace(/^≥ /, '').replaceAll(',', '');
// An exact integer, or null for an expression, a share, or what is unknown.
const exact = text => (INTEGER.test(text.replace(/^≥ /, '')) ? BigInt(plain(text)) : null);
const grouped = integer => integer.toString().replace(/\B(?=(\d{3})+$)/g, ',');

// What a cell is sorted and weighed by; -1 below every number for what is unknown.
function weight(cell) {
  if (cell.dataset.w) return Number(cell.dataset.w);
  const text = cell.textContent.trim();
  if (text.startsWith('<')) return 0.05;
  const number = Number(plain(text) || NaN);
  return Number.isNaN(number) ? -1 : number;
}

const SUFFIX = {'': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, '%': 1};
function sized(text) {
  const parts = /^([0-9.,]+)(ki|mi|gi|ti|[kmgtp%])?b?$/i.exec(text);
  return parts ? Number(parts[1].replaceAll(',', '')) * SUFFIX[(parts[2] || '').toLowerCase()] : NaN;
}
