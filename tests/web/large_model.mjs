// An ONNX model that is mostly one weight, in a file with a hole in its place: as long as one likes, and a few kilobytes on the disk.
import fs from 'node:fs';

function varint(number) {
  const bytes = [];
  let rest = BigInt(number);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
const integer = (field, number) => Buffer.concat([varint(field * 8), varint(number)]);
const begin = (field, length) => Buffer.concat([varint(field * 8 + 2), varint(length)]);
const bytes = (field, content) => Buffer.concat([begin(field, content.length), Buffer.from(content)]);
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const dimension = size => message(1, integer(1, size));
const value = (field, name, sizes) => message(field, bytes(1, name), message(2, message(1, integer(1, 1), message(2, ...sizes.map(dimension)))));

/**
 * y = MatMul(x, weight), a node that is called `name`, with x: [1, columns] and weight: [columns, columns].  All but the weight's name, type and sizes stands behind its bytes.
 * @returns {{length: number, parameters: number}}
 */
export function writeLargeModel(path, columns, name = 'product') {
  const parameters = columns * columns;
  const payload = parameters * 4;
  const tensor = Buffer.concat([integer(1, columns), integer(1, columns), integer(2, 1), bytes(8, 'weight'), begin(9, payload)]);
  const rest = Buffer.concat([
    message(1, bytes(1, 'x'), bytes(1, 'weight'), bytes(2, 'y'), bytes(3, name), bytes(4, 'MatMul')), bytes(2, 'large'),
    value(11, 'x', [1, columns]), value(12, 'y', [1, columns]),
  ]);
  const initializer = begin(5, tensor.length + payload);
  const head = Buffer.concat([integer(1, 8), message(8, integer(2, 17)), begin(7, initializer.length + tensor.length + payload + rest.length), initializer, tensor]);
  const file = fs.openSync(path, 'w');
  fs.writeSync(file, head, 0, head.length, 0);
  fs.writeSync(file, rest, 0, rest.length, head.length + payload);
  fs.closeSync(file);
  return {length: head.length + payload + rest.length, parameters};
}

/** As long as `bytes`, about. */
export const columnsFor = bytes => Math.floor(Math.sqrt(bytes / 4));

/** A chain of Relu nodes. */
export function writeChain(path, length) {
  const node = number => message(1, bytes(1, `t${number}`), bytes(2, `t${number + 1}`), bytes(3, `layer${number}`), bytes(4, 'Relu'));
  const nodes = Array.from({length}, (_, number) => node(number));
  const graph = Buffer.concat([...nodes, bytes(2, 'chain'), value(11, 't0', [1, 64]), value(12, `t${length}`, [1, 64])]);
  fs.writeFileSync(path, Buffer.concat([integer(1, 8), message(8, integer(2, 17)), begin(7, graph.length), graph]));
}
