// Windows: what does a layer with a kernel, a stride, padding and a dilation read, along one axis?  The words are those of the trade: size W,
// kernel K, stride S, padding P on each side, dilation D.

export const span = ({kernel, dilation}) => dilation * (kernel - 1) + 1;

/** Positions of the output; less than 1 where the kernel does not fit. */
export const outputSize = (size, layer) => Math.floor((size + 2 * layer.padding - span(layer)) / layer.stride) + 1;

/** Why such a layer cannot stand on an input of this size; empty where it can. */
export function refusal(size, layer) {
  const padded = size + 2 * layer.padding;
  if (span(layer) <= padded) return '';
  const wide = layer.dilation === 1 ? `a kernel of ${layer.kernel}` : `a kernel of ${layer.kernel} with dilation ${layer.dilation} spans ${span(layer)} places, which`;
  return `That cannot be: ${wide} does not fit an input of ${size}${layer.padding > 0 ? ` with ${layer.padding} of padding on each side` : ''}.`;
}

/** The sizes of all tensors, the input's first; shorter where a layer does not fit. */
export function sizesOf(size, layers) {
  const sizes = [size];
  for (const layer of layers) {
    const next = outputSize(sizes.at(-1), layer);
    if (next < 1) break;
    sizes.push(next);
  }
  return sizes;
}

/** Which places of its input these places of an output see, within the input; padding counts apart. */
export function read(places, size, layer) {
  const seen = new Set();
  const outside = new Set();
  for (const place of places)
    for (let tap = 0; tap < layer.kernel; ++tap) {
      const at = place * layer.stride - layer.padding + tap * layer.dilation;
      (at >= 0 && at < size ? seen : outside).add(at);
    }
  const sorted = set => [...set].sort((a, b) => a - b);
  return {seen: sorted(seen), outside: sorted(outside)};
}

/** Layer by layer, from the output back to the input: what one place of the output sees of each tensor. */
export function fieldsOf(place, sizes, layers) {
  const fields = [{seen: [place], outside: []}];
  for (let index = layers.length - 1; index >= 0; --index) fields.unshift(read(fields[0].seen, sizes[index], layers[index]));
  return fields;
}

/** Size and jump of the receptive field after each layer: R + (K-1) D J, J S. */
export function receptiveFields(layers) {
  let field = 1;
  let jump = 1;
  return layers.map(layer => {
    const before = {field, jump};
    field += (layer.kernel - 1) * layer.dilation * jump;
    jump *= layer.stride;
    return {before, field, jump};
  });
}

export function sizeFormula(size, layer) {
  const {kernel: K, stride: S, padding: P, dilation: D} = layer;
  return `floor((W + 2P \u2212 D(K\u22121) \u2212 1)/S) + 1 = floor((${size} + 2\u00b7${P} \u2212 ${D}\u00b7(${K}\u22121) \u2212 1)/${S}) + 1 = ${outputSize(size, layer)}`;
}

export function fieldFormula({before, field}, {kernel: K, dilation: D}) {
  return `R + D(K\u22121)J = ${before.field} + ${D}\u00b7(${K}\u22121)\u00b7${before.jump} = ${field}`;
}

/** The same layers as a net: what the program is asked. */
export function netOf(size, layers, {channels = 3, filters = 16} = {}) {
  const chain = layers.map(({kernel, stride, padding, dilation}) => `conv(${filters}, ${kernel}, stride = ${stride}, pad = ${padding}, dilation = ${dilation})`);
  return `net lesson {\n  input image: [1, ${channels}, ${size}, ${size}]\n  output y = image\n${chain.map(each => `    -> ${each}\n`).join('')}}\n`;
}
