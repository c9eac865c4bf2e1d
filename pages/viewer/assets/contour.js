// Outlines by marching squares.

/** 1 where `values` reach `least`, else 0. */
export function maskOf(values, least) {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = values[i] >= least ? 1 : 0;
  return mask;
}

/** 1 where `values` are `one`, else 0. */
export function maskEqual(values, one) {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = values[i] === one ? 1 : 0;
  return mask;
}

function framed(values, rows, columns) {
  const wide = columns + 2;
  const frame = new Uint8Array(wide * (rows + 2));
  for (let row = 0; row < rows; row++)
    frame.set(values.subarray(row * columns, (row + 1) * columns), (row + 1) * wide + 1);
  return frame;
}

// Sides of a cell that the outline joins, by which of its corners lie inside
// (8 top left, 4 top right, 2 bottom right, 1 bottom left).
const [TOP, RIGHT, BOTTOM, LEFT] = [0, 1, 2, 3];
const JOINS = [
  [],
  [LEFT, BOTTOM],
  [BOTTOM, RIGHT],
  [LEFT, RIGHT],
  [TOP, RIGHT],
  [LEFT, TOP, BOTTOM, RIGHT],
  [TOP, BOTTOM],
  [LEFT, TOP],
  [LEFT, TOP],
  [TOP, BOTTOM],
  [LEFT, BOTTOM, TOP, RIGHT],
  [TOP, RIGHT],
  [LEFT, RIGHT],
  [BOTTOM, RIGHT],
  [LEFT, BOTTOM],
  [],
];

/** The line at `level` through `values` (rows x columns), in image coordinates. */
export function outline(values, rows, columns, level) {
  const path = new Path2D();
  const wide = columns + 2;
  // Zeros all around close outlines that touch the border.
  const frame = framed(values, rows, columns);
  const between = (a, b) => (level - a) / (b - a);
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const at = row * wide + column;
      const [a, b, c, d] = [frame[at], frame[at + 1], frame[at + wide + 1], frame[at + wide]];
      const inside =
        (a >= level ? 8 : 0) | (b >= level ? 4 : 0) | (c >= level ? 2 : 0) | (d >= level ? 1 : 0);
      if (inside === 0 || inside === 15) continue;
      const [x, y] = [column - 0.5, row - 0.5];
      const point = (side) => {
        if (side === TOP) return [x + between(a, b), y];
        if (side === RIGHT) return [x + 1, y + between(b, c)];
        if (side === BOTTOM) return [x + between(d, c), y + 1];
        return [x, y + between(a, d)];
      };
      const sides = JOINS[inside];
      for (let i = 0; i < sides.length; i += 2) {
        path.moveTo(...point(sides[i]));
        path.lineTo(...point(sides[i + 1]));
      }
    }
  }
  return path;
}
