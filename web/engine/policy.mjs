// Policy: what may this page connect to?  Policies only ever narrow: the page says one for everything but connections (head.html), and this adds
// that of connections, before anything else runs: the page's own folder, until the program is here, and after that nothing but what the user named.

function restrict(sources) {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = `connect-src ${sources.length > 0 ? sources.join(' ') : "'none'"}`;
  document.head.append(policy);
}

/** The links that the address of the page names: `?url=LINK`, and `&with=LINK` for the model to compare with. */
export function linksInAddress(address = location) {
  const query = new URLSearchParams(address.search);
  return ['url', 'with'].map(name => query.get(name)).filter(Boolean).flatMap(link => {
    try {
      const url = new URL(link, address.href);
      return ['http:', 'https:'].includes(url.protocol) ? [url.href] : [];
    } catch {
      return [];
    }
  });
}

/** `&redirect=any`: the user lets the named server send on to any other one. */
export const allowsRedirects = (address = location) => new URLSearchParams(address.search).get('redirect') === 'any';

function sourcesNamed() {
  // A query is no part of what a policy can name; , and ; would end it.
  const sources = linksInAddress().map(link => {
    const {origin, pathname} = new URL(link);
    return origin + pathname.replaceAll(',', '%2C').replaceAll(';', '%3B');
  });
  return sources.length > 0 && allowsRedirects() ? [...sources, 'https:'] : sources;
}

export function openConnections() { restrict(["'self'", ...sourcesNamed()]); }
export function closeConnections() { restrict(sourcesNamed()); }
