// From Hounsfield units, labels and probabilities to colors.

export const WINDOWS = {
  Liver: { width: 200, level: 60 },
  Abdomen: { width: 400, level: 40 },
  Lung: { width: 1500, level: -600 },
  Bone: { width: 1800, level: 400 },
};

export const COLORS = {
  published: { liver: [46, 204, 113], tumor: [255, 64, 64] },
  // Okabe and Ito 2008: told apart with any kind of color vision.
  safe: { liver: [86, 180, 233], tumor: [213, 94, 0] },
};

// Anchors of the perceptually uniform map "plasma".
const HEAT = [
  [13, 8, 135],
  [126, 3, 168],
  [204, 71, 120],
  [248, 149, 64],
  [240, 249, 33],
];

export const css = (color) => `rgb(${color.join(" ")})`;

export const heatGradient = () => `linear-gradient(to right, ${HEAT.map(css).join(", ")})`;

/** Gray value of every possible Hounsfield unit, found at HU + 32768. */
export function grayTable({ width, level }) {
  const table = new Uint8ClampedArray(65536);
  const low = level - width / 2;
  for (let i = 0; i < table.length; i++) table[i] = ((i - 32768 - low) * 255) / width;
  return table;
}

/** Color and opacity (red, green, blue, alpha) of the values 0 to 255 of a layer. */
export function tintTable(layer, colors, opacity) {
  const table = new Uint8ClampedArray(4 * 256);
  const put = (value, color, alpha) => table.set([...color, 255 * alpha], 4 * value);
  if (layer === "labels") {
    put(1, colors.liver, opacity);
    // 2 is lesion 1, 3 is lesion 2, and so on.
    for (let value = 2; value < 256; value++) put(value, colors.tumor, opacity);
    return table;
  }
  // Fading in keeps improbable tissue readable.
  for (let value = 1; value < 256; value++)
    put(value, heat(value / 255), opacity * Math.min(1, value / 64));
  return table;
}

function heat(probability) {
  const place = probability * (HEAT.length - 1);
  const below = Math.min(Math.floor(place), HEAT.length - 2);
  const part = place - below;
  return HEAT[below].map((start, i) => start + (HEAT[below + 1][i] - start) * part);
}
