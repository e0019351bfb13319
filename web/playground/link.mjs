// A link that holds a text: `#net=...`, compressed, and nothing of it ever reaches a server.

/** What a link may hold; a longer one was made to fill the memory of whoever follows it. */
const mostBytes = 1 << 20;

async function through(bytes, transform) {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const pieces = [];
  let length = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return new Uint8Array(await new Blob(pieces).arrayBuffer());
    length += value.byteLength;
    if (length > mostBytes) {
      await reader.cancel();
      throw new RangeError('the text of the link is too long');
    }
    pieces.push(value);
  }
}

const toLetters = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const fromLetters = letters => Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));

export async function hashOf(text) {
  return `#net=${toLetters(await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')))}`;
}

/** @returns the text, or null where the hash holds none @throws where it is no text */
export async function textIn(hash) {
  const letters = new URLSearchParams(hash.slice(1)).get('net');
  if (letters === null) return null;
  return new TextDecoder('utf-8', {fatal: true}).decode(await through(fromLetters(letters), new DecompressionStream('deflate-raw')));
}
