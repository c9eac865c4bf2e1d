// Where things are: planes, voxels and millimeters. Voxels are (x, y, z) of a RAS+ volume.

// Radiological convention. Both image axes run against their voxel axis in every plane.
export const PLANES = {
  axial: { title: "Axial", axis: 2, across: 0, down: 1, marks: ["R", "L", "A", "P"] },
  coronal: { title: "Coronal", axis: 1, across: 0, down: 2, marks: ["R", "L", "S", "I"] },
  sagittal: { title: "Sagittal", axis: 0, across: 1, down: 2, marks: ["A", "P", "S", "I"] },
};

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const insideVolume = (voxel, shape) =>
  voxel.map((index, axis) => clamp(Math.round(index), 0, shape[axis] - 1));

/** The voxel under an image position, on the slice through `position`; null outside. */
export function voxelAt(plane, column, row, position, shape) {
  const { across, down } = PLANES[plane];
  const [i, j] = [Math.floor(column), Math.floor(row)];
  if (i < 0 || j < 0 || i >= shape[across] || j >= shape[down]) return null;
  const voxel = [...position];
  voxel[across] = shape[across] - 1 - i;
  voxel[down] = shape[down] - 1 - j;
  return voxel;
}

/** Image position (column, row) of the middle of a voxel. */
export function imageAt(plane, voxel, shape) {
  const { across, down } = PLANES[plane];
  return [shape[across] - voxel[across] - 0.5, shape[down] - voxel[down] - 0.5];
}

export const toMillimeters = (affine, voxel) =>
  affine
    .slice(0, 3)
    .map((row) => row[0] * voxel[0] + row[1] * voxel[1] + row[2] * voxel[2] + row[3]);

/** A signed coordinate as a side of the body and a distance, such as "R 12.3". */
export function sideOf(millimeters, axis) {
  const letter = ["RL", "AP", "SI"][axis][millimeters < 0 ? 1 : 0];
  return `${letter} ${Math.abs(millimeters).toFixed(1)}`;
}

/** The longest round length that fits in `room` millimeters. */
export const roundLength = (room) =>
  [200, 100, 50, 20, 10, 5, 2, 1].find((length) => length <= room) ?? 1;
