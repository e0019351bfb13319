// Words for figures: how does the page say how many bytes and how long?

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function amount(bytes) {
  let unit = 0;
  let number = bytes;
  while (number >= 1024 && unit + 1 < units.length) {
    number /= 1024;
    ++unit;
  }
  return unit === 0 ? `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` : `${number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0)} ${units[unit]}`;
}

export const duration = milliseconds => (milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`);
