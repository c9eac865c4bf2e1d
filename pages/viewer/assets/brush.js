// What a brush makes of the labels of one slice, as core/editing does: by distances in mm.
import { PLANES, clamp } from "./geometry.js";

const [BACKGROUND, LIVER, TUMOR] = [0, 1, 2];

/** The label that a pen leaves where there was `label`; lesions are numbered from TUMOR on. */
export function drawnOver(label, { target, erase, outside }) {
  if (target === "organ") {
    if (erase) return BACKGROUND;
    return label === BACKGROUND ? LIVER : label;
  }
  if (erase) return label >= TUMOR ? LIVER : label;
  if (label >= TUMOR) return label;
  return outside || label === LIVER ? TUMOR : label;
}

/** Draw a line of a brush between two places (voxels) into the labels of the slice of a pane. */
export function brushLine(pane, scene, stroke, from, to) {
  const { axis, across, down } = PLANES[pane.plane];
  const { spacing, shape } = scene;
  const { pen, radius_mm: radius, plane } = stroke;
  if (!pane.slice?.labels || (plane !== null && (plane !== pane.plane || !onSlice(pane, from, axis))))
    return;
  const { labels, columns } = pane.slice;
  // A flat brush stays on its slice, whatever the third coordinate says.
  const flat = plane !== null;
  const size = (a) => (flat && a === axis ? 0 : spacing[a]);
  const start = [0, 1, 2].map((a) => from[a] * size(a));
  const way = [0, 1, 2].map((a) => (to[a] - from[a]) * size(a));
  const length = way.reduce((sum, one) => sum + one * one, 0);
  const span = (a) => {
    const reach = radius / spacing[a];
    return [
      clamp(Math.ceil(Math.min(from[a], to[a]) - reach), 0, shape[a] - 1),
      clamp(Math.floor(Math.max(from[a], to[a]) + reach), 0, shape[a] - 1),
    ];
  };
  const [[left, right], [low, high]] = [span(across), span(down)];
  const voxel = [0, 0, 0];
  voxel[axis] = pane.index;
  for (voxel[down] = low; voxel[down] <= high; voxel[down]++) {
    const row = shape[down] - 1 - voxel[down];
    for (voxel[across] = left; voxel[across] <= right; voxel[across]++) {
      const away = [0, 1, 2].map((a) => voxel[a] * size(a) - start[a]);
      const along = length ? (away[0] * way[0] + away[1] * way[1] + away[2] * way[2]) / length : 0;
      const share = clamp(along, 0, 1);
      const distance =
        (away[0] - share * way[0]) ** 2 +
        (away[1] - share * way[1]) ** 2 +
        (away[2] - share * way[2]) ** 2;
      if (distance > radius * radius) continue;
      const at = row * columns + shape[across] - 1 - voxel[across];
      labels[at] = drawnOver(labels[at], pen);
    }
  }
  pane.painted = null;
}

const onSlice = (pane, place, axis) => Math.round(place[axis]) === pane.index;

/** Draw a whole stroke. */
export function brushStroke(pane, scene, stroke) {
  const { path } = stroke;
  path.forEach((place, i) => brushLine(pane, scene, stroke, path[Math.max(0, i - 1)], place));
}

/** Fill the outline of a polygon (voxels) in the labels of the slice of a pane. */
export function fillPolygon(pane, scene, { pen, plane, corners }) {
  const { axis, across, down } = PLANES[pane.plane];
  if (!pane.slice?.labels || plane !== pane.plane || !onSlice(pane, corners[0], axis)) return;
  const { labels, columns, rows } = pane.slice;
  const { shape } = scene;
  for (let row = 0; row < rows; row++) {
    const y = shape[down] - 1 - row;
    for (let column = 0; column < columns; column++) {
      const x = shape[across] - 1 - column;
      if (!holds(corners, across, down, x, y)) continue;
      const at = row * columns + column;
      labels[at] = drawnOver(labels[at], pen);
    }
  }
  pane.painted = null;
}

function holds(corners, across, down, x, y) {
  let inside = false;
  corners.forEach((one, i) => {
    const other = corners[(i + corners.length - 1) % corners.length];
    if (one[down] > y === other[down] > y) return;
    const cut = other[across] + ((y - other[down]) * (one[across] - other[across])) / (one[down] - other[down]);
    if (x < cut) inside = !inside;
  });
  return inside;
}
