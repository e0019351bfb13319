// What is the number that a cell shows, and what is it sorted by?

const INTEGER = /^[0-9][0-9,]*$/;
const plain = text => text.replace(/^≥ /, '').replaceAll(',', '');
// An exact integer, or null for an expression, a share, or what is unknown.
const exact = text => (INTEGER.test(text.replace(/^≥ /, '')) ? BigInt(plain(text)) : null);
const grouped = integer => integer.toString().replace(/\B(?=(\d{3})+$)/g, ',');

const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

// What a cell is sorted and weighed by; -1 below every number for what is unknown.
function weight(cell) {
  const known = cell.getAttribute('data-w');
  if (known) return Number(known);
  const text = cell.textContent.trim();
  const simple = Number(text);
  if (text && simple >= 0) return simple;
  if (text.startsWith('<')) return 0.05;
  const number = Number(plain(text) || NaN);
  return Number.isNaN(number) ? -1 : number;
}

const SUFFIX = {'': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, '%': 1};
function sized(text) {
  const parts = /^([0-9.,]+)(ki|mi|gi|ti|[kmgtp%])?b?$/i.exec(text);
  return parts ? Number(parts[1].replaceAll(',', '')) * SUFFIX[(parts[2] || '').toLowerCase()] : NaN;
}

const PREFIXES = ['', 'K', 'M', 'G', 'T', 'P', 'E'];
const BYTE_PREFIXES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
// `4.09 G`, `97.7 MiB`: three digits, as the page was written.
function shortNumber(number, isBytes) {
  const step = isBytes ? 1024 : 1000;
  let value = Number(number);
  if (value < (isBytes ? 1024 : 10000)) return `${grouped(number)}${isBytes ? ' B' : ''}`;
  let prefix = 0;
  while (value >= 999.5 && prefix + 1 < PREFIXES.length) { value /= step; prefix += 1; }
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${(isBytes ? BYTE_PREFIXES : PREFIXES)[prefix]}`;
}
// Of picoseconds: `1.24 ms`.
function timeText(number) {
  const digits = value => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  let value = Number(number) / 1e3;
  const unit = ['ns', 'µs', 'ms', 's'].find(each => value < 999.5 || each === 's' || (value /= 1e3, false));
  return `${Number(digits(value))} ${unit}`;
}
const inUnit = (number, unit) => (unit === 'time' ? timeText(number) : shortNumber(number, unit === 'bytes'));
// Of a weight, which may be no integer.
const shortWeight = (value, isBytes) => shortNumber(BigInt(Math.round(Math.max(0, value))), isBytes);
const percentText = share => (share <= 0 ? '0' : share * 100 < 0.05 ? '<0.1' : (share * 100).toFixed(1));
