// Reads what Python sends: see ../exchange.py.

const KINDS = { float32: Float32Array, uint16: Uint16Array, uint8: Uint8Array };

/** Split a message into its header and its arrays by name. */
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let offset = 4 + length;
  const arrays = {};
  for (const { name, kind, bytes: size } of header.arrays) {
    // A copy, because an array of floats must begin at a multiple of four bytes.
    const part = bytes.slice(offset, offset + size);
    arrays[name] = new KINDS[kind](part.buffer);
    offset += size;
  }
  return { header, arrays };
}
