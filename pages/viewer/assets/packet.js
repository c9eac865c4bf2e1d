// Reads what Python sends: see exchange.py and core/slices.py.

/** Split an answer into its header and its packed slices. */
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let offset = 4 + length;
  const slices = header.slices.map(({ plane, index, bytes: size }) => {
    // A copy: a view would keep the whole message alive for as long as one slice is cached.
    const packed = bytes.slice(offset, offset + size);
    offset += size;
    return { plane, index, packed };
  });
  return { header, slices };
}

async function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Undo the zigzag of differences: `count` Hounsfield units. */
function unfold(bytes, count) {
  const hu = new Int16Array(count);
  let value = 0;
  for (let i = 0; i < count; i++) {
    const folded = bytes[i] | (bytes[count + i] << 8);
    value += (folded >>> 1) ^ -(folded & 1);
    hu[i] = value; // wraps at 16 bits, as the differences did
  }
  return hu;
}

/** The exact numbers of one slice, row by row as displayed. */
export async function unpackSlice(packed, rows, columns) {
  const bytes = await inflate(packed);
  const count = rows * columns;
  const layer = (place) => {
    const start = (2 + place) * count;
    return start < bytes.length ? bytes.subarray(start, start + count) : null;
  };
  const hu = unfold(bytes, count);
  return { rows, columns, hu, labels: layer(0), liver: layer(1), tumor: layer(2) };
}
