// Keeps the pictures of an atlas for the maps on the page, sent once and not with every color.
import { unpack } from "./packet.js";

// Maps are components of their own: they share nothing with this one but the window.
const shelf = (globalThis.hepatoscopePictures ??= new Map());

/** Called by Streamlit with a sheet of all patches as one picture. */
export default function ({ data }) {
  const { header, arrays } = unpack(data);
  if (shelf.has(header.token)) return;
  shelf.clear();
  const { token, columns, side, captions } = header;
  shelf.set(token, { columns, side, captions, sheet: null });
  if (!arrays.sheet?.length) return;
  createImageBitmap(new Blob([arrays.sheet])).then((sheet) => {
    shelf.set(token, { columns, side, captions, sheet });
  });
}
