// Sources: where do the bytes of a model come from, a range at a time?  Each has a `size` and a `read(offset, length)` that answers at once, as
// the program asks for bytes in the middle of its work; so all but bytes() are for workers, or for node.

export class UnreadableSource extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} help what the reader can do
   * @param {boolean} mayBeRedirect the browser says no more than that nothing came: the page's own policy may be why
   */
  constructor(message, help = '', mayBeRedirect = false) {
    super(message);
    this.name = 'UnreadableSource';
    this.help = help;
    this.mayBeRedirect = mayBeRedirect;
  }
}

/** Bytes in memory. */
export function bytesSource(bytes) {
  return {size: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length)};
}

/** A file of the user's, in a worker: what is not asked for is not read. */
export function fileSource(file) {
  const reader = new FileReaderSync();
  return {size: file.size, read: (offset, length) => new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length)))};
}

/** A request costs far more than what it carries, so that a range is fetched with what is likely to be asked for next. */
const pieceBytes = 256 * 1024;
/** Files up to this size are fetched as a whole from servers that know no ranges. */
const mostWithoutRanges = 64 * 1024 * 1024;

const corsHelp = 'Its server must allow this page to read it (CORS: "Access-Control-Allow-Origin"), and ranges of it. Otherwise download the file and drop it here.';

function sizeIn(contentRange) {
  const size = /\/([0-9]+)$/.exec(contentRange ?? '');
  return size === null ? null : Number(size[1]);
}

/** The size of what a URL names, or its bytes where the server sends nothing but the whole; the beginning tells. */
async function probe(url, signal) {
  let response;
  try {
    response = await fetch(url, {headers: {Range: 'bytes=0-0'}, credentials: 'omit', signal});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnreadableSource(`The browser could not fetch ${url}: there is no such server, it does not allow this page to read the file, or it redirects to another server.`, corsHelp, true);
  }
  if (response.status === 206) {
    await response.arrayBuffer();
    const size = sizeIn(response.headers.get('Content-Range'));
    if (size !== null) return {size};
    const head = await fetch(url, {method: 'HEAD', credentials: 'omit', signal});
    const length = head.headers.get('Content-Length');
    if (head.ok && length !== null) return {size: Number(length)};
    throw new UnreadableSource(`The server of ${url} does not tell this page how long the file is.`, 'It must expose the header: "Access-Control-Expose-Headers: Content-Range". Otherwise download the file and drop it here.');
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new UnreadableSource(`The server of ${url} answers ${response.status} ${response.statusText}.`.replace(' .', '.'), 'Open the link in a tab of its own to see what it says.');
  }
  const length = response.headers.get('Content-Length');
  if (length !== null && Number(length) <= mostWithoutRanges) return {bytes: new Uint8Array(await response.arrayBuffer())};
  await response.body?.cancel();
  throw new UnreadableSource(`The server of ${url} sends whole files only, and no ranges of them.`, 'Download the file and drop it here: then too only the bytes that matter are read.');
}

/** What a URL names, in a worker, by requests of ranges. */
export async function urlSource(url, signal) {
  const found = await probe(url, signal);
  if (found.bytes) return bytesSource(found.bytes);
  const pieces = new Map();
  const fetchPiece = number => {
    const begin = number * pieceBytes;
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.responseType = 'arraybuffer';
    request.setRequestHeader('Range', `bytes=${begin}-${Math.min(begin + pieceBytes, found.size) - 1}`);
    try {
      request.send();
    } catch {
      throw new UnreadableSource(`The connection to ${url} broke at byte ${begin}.`, 'Try again.');
    }
    if (request.status !== 206) throw new UnreadableSource(`The server of ${url} answers ${request.status} where a range was asked for.`, 'Download the file and drop it here.');
    return new Uint8Array(request.response);
  };
  const piece = number => {
    if (!pieces.has(number)) {
      if (pieces.size >= 64) pieces.delete(pieces.keys().next().value);
      pieces.set(number, fetchPiece(number));
    }
    return pieces.get(number);
  };
  return {
    size: found.size,
    read(offset, length) {
      const number = Math.floor(offset / pieceBytes);
      const begin = offset - number * pieceBytes;
      return piece(number).subarray(begin, begin + length);
    },
  };
}
