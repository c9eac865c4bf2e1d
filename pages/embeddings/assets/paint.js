// Draws points into pixels. No WebGL: hosts and many classrooms have no GPU, and then it is slower.

// Bits of a point's flags; exchange.py has the same.
const CHOSEN = 1;
const OWN = 2;
const NEAR = 4;
const CLICKED = 8;
export const MEANT = CHOSEN | NEAR | CLICKED;

const PLAIN = 235;
const FADED = 55;
export const MISSING = [138, 151, 148];

const discs = new Map();

/** Offsets (column, row) of the pixels of a disc. */
function disc(radius) {
  const name = radius.toFixed(2);
  if (!discs.has(name)) {
    const reach = Math.ceil(radius);
    const found = [];
    for (let row = -reach; row <= reach; row++)
      for (let column = -reach; column <= reach; column++)
        if (column * column + row * row <= radius * radius) found.push([column, row]);
    discs.set(name, found);
  }
  return discs.get(name);
}

/** Color of every point as packed RGB [N], from its value and the palette. */
export function colors(values, { palette, range, categorical }) {
  const packed = new Uint32Array(values.length);
  const pack = ([r, g, b]) => (b << 16) | (g << 8) | r;
  const known = palette.map(pack);
  const [low, high] = range;
  const scale = high > low ? (palette.length - 1) / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) packed[i] = pack(MISSING);
    else if (categorical) packed[i] = value < 0 ? pack(MISSING) : known[value % known.length];
    else {
      const step = Math.round((value - low) * scale);
      packed[i] = known[Math.min(Math.max(step, 0), known.length - 1)];
    }
  }
  return packed;
}

/** Radius in pixels that keeps points apart where they can be. */
export function radiusOf(view, count, density) {
  const crowd = Math.sqrt((view.width * view.height) / Math.max(count, 1)) * 0.16;
  return Math.min(Math.max(crowd, 1.2 * density) * view.zoom ** 0.3, 7 * density);
}

/** Paint all points; those that are meant last, so that they lie on top of the others, faded. */
export function paint(context, view, positions, rgb, flags, density) {
  const { width, height } = view;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const radius = radiusOf(view, rgb.length, density);
  const some = flags.some((flag) => flag & MEANT);
  const passes = some ? [(f) => !(f & MEANT), (f) => f & MEANT] : [() => true];
  for (const [number, meant] of passes.entries()) {
    const grown = some && number === 1 ? radius * 1.25 : radius;
    const alpha = (some && number === 0 ? FADED : PLAIN) << 24;
    const shape = disc(grown);
    for (let i = 0; i < rgb.length; i++) {
      if (!meant(flags[i])) continue;
      const [x, y] = view.toCanvas(positions[2 * i], positions[2 * i + 1]);
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column < -9 || row < -9 || column > width + 9 || row > height + 9) continue;
      const color = (alpha | rgb[i]) >>> 0;
      for (const [dx, dy] of shape) {
        const [c, r] = [column + dx, row + dy];
        if (c >= 0 && r >= 0 && c < width && r < height) pixels[r * width + c] = color;
      }
    }
  }
  context.putImageData(image, 0, 0);
  ring(context, view, positions, flags, radius, density, some);
}

/** Ring the clicked patch, its neighbours, and those of one's own case. */
function ring(context, view, positions, flags, radius, density, some) {
  const style = getComputedStyle(context.canvas);
  const ink = (name) => style.getPropertyValue(name).trim();
  const rings = [
    [(flag) => flag & OWN && !(flag & MEANT), ink("--own"), 1, some ? 0.35 : 0.9],
    [(flag) => flag & OWN && flag & CHOSEN, ink("--st-primary-color"), 2.4, 1],
    [(flag) => flag & NEAR, style.color, 1.4, 1],
    [(flag) => flag & CLICKED, ink("--clicked"), 2.6, 1],
  ];
  for (const [meant, color, weight, alpha] of rings) {
    context.strokeStyle = color;
    context.globalAlpha = alpha;
    context.lineWidth = weight * density;
    for (let i = 0; i < flags.length; i++) {
      if (!meant(flags[i])) continue;
      const [x, y] = view.toCanvas(positions[2 * i], positions[2 * i + 1]);
      context.beginPath();
      context.arc(x, y, radius + 2.5 * density + weight, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}
