// Where a map lies on its canvas: the part of it that is in view.

const MARGIN = 0.04;
const CLOSEST = 400;

export class View {
  constructor() {
    this.zoom = 1;
    this.center = [0.5, 0.5];
  }

  /** Fit positions (x, y, x, y …) of a map into the view, their proportions kept. */
  fit(positions) {
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (let i = 0; i < positions.length; i++) {
      const axis = i & 1;
      if (positions[i] < low[axis]) low[axis] = positions[i];
      if (positions[i] > high[axis]) high[axis] = positions[i];
    }
    this.extent = Math.max(high[0] - low[0], high[1] - low[1], 1e-9) * (1 + 2 * MARGIN);
    this.home = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
    this.reset();
  }

  reset() {
    this.zoom = 1;
    this.center = [...this.home];
  }

  resize(width, height) {
    Object.assign(this, { width, height });
  }

  /** Pixels of a unit of the map. */
  get scale() {
    return (Math.min(this.width, this.height) / this.extent) * this.zoom;
  }

  /** From the map to the canvas; up on the map is up. */
  toCanvas(x, y) {
    const { scale, center } = this;
    return [this.width / 2 + (x - center[0]) * scale, this.height / 2 - (y - center[1]) * scale];
  }

  toMap(column, row) {
    const { scale, center } = this;
    return [center[0] + (column - this.width / 2) / scale, center[1] - (row - this.height / 2) / scale];
  }

  pan(columns, rows) {
    this.center[0] -= columns / this.scale;
    this.center[1] += rows / this.scale;
  }

  /** Zoom by `factor`, the place under (column, row) staying where it is. */
  zoomAt(column, row, factor) {
    const before = this.toMap(column, row);
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.5), CLOSEST);
    const after = this.toMap(column, row);
    this.center[0] += before[0] - after[0];
    this.center[1] += before[1] - after[1];
  }
}
