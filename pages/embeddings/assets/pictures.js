// Keeps the pictures of an atlas for the maps on the page, sent once and not with every color.
import { unpack } from "./packet.js";

// Maps are components of their own: they share nothing with this one but the window.
const kept = (globalThis.hepatoscopePictures ??= new Map());

/** Called by Streamlit with a sheet of all patches as one picture. */
export default function ({ data }) {
  const { header, arrays } = unpack(data);
  if (kept.has(header.token)) return;
  kept.clear();
  const { token, columns, side, captions } = header;
  kept.set(token, { columns, side, captions, sheet: null });
  if (!arrays.sheet?.length) return;
  createImageBitmap(new Blob([arrays.sheet])).then((sheet) => {
    kept.set(token, { columns, side, captions, sheet });
  });
}
