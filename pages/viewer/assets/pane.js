// One plane: a slice on a canvas, with its marks.
import { unpackSlice } from "./packet.js";
import { PLANES, clamp, imageAt, roundLength, sideOf, toMillimeters, voxelAt } from "./geometry.js";
import { Gestures } from "./gestures.js";
import { crosshair, outlines, paintVoxels, stroke } from "./paint.js";

export class Pane {
  constructor(template, plane, actions) {
    this.plane = plane;
    this.actions = actions;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.plane = plane;
    this.canvas = this.element.querySelector("canvas");
    this.voxels = document.createElement("canvas");
    this.resetView();
    this.fillMarks();
    this.gestures = new Gestures(this, actions);
  }

  fillMarks() {
    const { title, marks } = PLANES[this.plane];
    this.part("title").textContent = title;
    ["left", "right", "top", "bottom"].forEach((side, i) => {
      this.part(side).textContent = marks[i];
    });
  }

  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  resetView() {
    this.zoom = 1;
    this.center = null; // in image coordinates; null is the middle
  }

  /** Show a packed slice as soon as it is unpacked; of several waiting only the last. */
  async load(name, packed, index) {
    if (this.asked === name) return;
    this.asked = name;
    this.waiting = { packed, index };
    if (this.unpacking) return;
    this.unpacking = true;
    try {
      while (this.waiting) await this.unpackWaiting();
    } finally {
      this.unpacking = false;
    }
  }

  async unpackWaiting() {
    const { packed, index } = this.waiting;
    this.waiting = null;
    const { across, down } = PLANES[this.plane];
    const { shape } = this.scene;
    const slice = await unpackSlice(packed, shape[down], shape[across]);
    Object.assign(this, { slice, index, painted: null });
    this.actions.editor.catchUp(this);
    this.actions.changed();
  }

  forget() {
    Object.assign(this, { slice: null, index: null, asked: null, waiting: null });
  }

  /** The numbers at a voxel of the slice on screen; null elsewhere. */
  valuesAt(voxel) {
    const { axis, across, down } = PLANES[this.plane];
    if (!this.slice || voxel[axis] !== this.index) return null;
    const { shape } = this.scene;
    const at = (shape[down] - 1 - voxel[down]) * shape[across] + shape[across] - 1 - voxel[across];
    const { hu, labels, liver, tumor } = this.slice;
    return { hu: hu[at], label: labels?.[at], liver: liver?.[at], tumor: tumor?.[at] };
  }

  draw(scene, position, look) {
    this.scene = scene;
    const pixel = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    this.fit(Math.round(clientWidth * pixel), Math.round(clientHeight * pixel));
    this.place(pixel);
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingQuality = "high";
    if (this.slice) this.drawSlice(context, look, pixel);
    const [x, y] = this.toScreen(...imageAt(this.plane, position, scene.shape));
    crosshair(context, x, y, pixel);
    this.actions.editor.drawOver(this, context, pixel);
    this.describe(position, pixel);
  }

  fit(width, height) {
    // Setting a size, even the same, makes the browser throw the canvas away.
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  /** Find where the image lies on the canvas: millimeters are square, voxels need not be. */
  place(pixel) {
    const { across, down } = PLANES[this.plane];
    const { shape, spacing } = this.scene;
    const { width, height } = this.canvas;
    const fit = Math.min(
      width / (shape[across] * spacing[across]),
      height / (shape[down] * spacing[down]),
    );
    const scale = fit * this.zoom; // canvas pixels a millimeter
    const [column, row] = this.center ?? [shape[across] / 2, shape[down] / 2];
    const [stepX, stepY] = [scale * spacing[across], scale * spacing[down]];
    this.placed = { stepX, stepY, left: width / 2 - column * stepX, top: height / 2 - row * stepY };
    this.millimeter = scale / pixel;
  }

  toScreen(column, row) {
    const { left, top, stepX, stepY } = this.placed;
    return [left + column * stepX, top + row * stepY];
  }

  drawSlice(context, look, pixel) {
    const { left, top, stepX, stepY } = this.placed;
    const { rows, columns } = this.slice;
    if (this.painted !== look) this.paint(look);
    context.drawImage(this.voxels, left, top, columns * stepX, rows * stepY);
    const matrix = new DOMMatrix([stepX, 0, 0, stepY, left, top]);
    this.lines.forEach((line) => stroke(context, line, matrix, pixel));
  }

  paint(look) {
    const overlaid = this.slice.labels !== null && look.style !== "off";
    const layer = overlaid && look.style === "fill" ? this.slice[look.layer] : null;
    this.voxels.width = this.slice.columns;
    this.voxels.height = this.slice.rows;
    const image = paintVoxels(this.slice, look.gray, layer, look.tint);
    this.voxels.getContext("2d").putImageData(image, 0, 0);
    this.lines = this.slice.labels === null ? [] : outlines(this.slice, look);
    this.painted = look;
  }

  describe(position, pixel) {
    const { axis, title } = PLANES[this.plane];
    const { shape, affine } = this.scene;
    // Number and picture belong together: until a slice is here, its number is not shown.
    const shown = [...position];
    if (this.slice && this.index != null) shown[axis] = this.index;
    const number = `${shown[axis] + 1} / ${shape[axis]}`;
    const side = `${sideOf(toMillimeters(affine, shown)[axis], axis)} mm`;
    this.part("number").textContent = number;
    this.part("position").textContent = side;
    this.element.classList.toggle("waiting", this.index !== position[axis]);
    this.canvas.setAttribute("aria-label", `${title} slice`);
    this.canvas.setAttribute("aria-valuenow", shown[axis] + 1);
    this.canvas.setAttribute("aria-valuemax", shape[axis]);
    this.canvas.setAttribute("aria-valuetext", `${number}, ${side}`);
    const length = roundLength(this.canvas.width / pixel / 3.5 / this.millimeter);
    this.part("bar").style.width = `${length * this.millimeter}px`;
    this.part("length").textContent = `${length} mm`;
  }

  /** Column and row of the image at a place of the window, as pointer events name it. */
  imageUnder({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const pixel = this.canvas.width / box.width;
    const { left, top, stepX, stepY } = this.placed;
    const x = (clientX - box.left) * pixel;
    const y = (clientY - box.top) * pixel;
    return [(x - left) / stepX, (y - top) / stepY];
  }

  voxelUnder(at) {
    if (!this.placed) return null;
    const { shape } = this.scene;
    const onSlice = this.actions.position().slice();
    if (this.index != null) onSlice[PLANES[this.plane].axis] = this.index;
    return voxelAt(this.plane, ...this.imageUnder(at), onSlice, shape);
  }

  /** Whether there is a slice further `way`, 1 or -1, from where the crosshair is. */
  goesOn(way) {
    const { axis } = PLANES[this.plane];
    const next = this.actions.position()[axis] + way;
    return Boolean(this.scene) && next >= 0 && next < this.scene.shape[axis];
  }

  middle() {
    const { across, down } = PLANES[this.plane];
    const { shape } = this.scene;
    return this.center ?? [shape[across] / 2, shape[down] / 2];
  }

  pan(dx, dy) {
    const { stepX, stepY } = this.placed;
    const pixel = window.devicePixelRatio || 1;
    const [column, row] = this.middle();
    this.center = [column - (dx * pixel) / stepX, row - (dy * pixel) / stepY];
    this.actions.changed();
  }

  /** Zoom so that `fixed` (column, row) stays where it is on screen. */
  zoomBy(factor, fixed) {
    const zoom = clamp(this.zoom * factor, 1, 12);
    const kept = this.zoom / zoom;
    this.center = this.middle().map((middle, i) => fixed[i] + (middle - fixed[i]) * kept);
    this.zoom = zoom;
    if (zoom === 1) this.center = null;
    this.actions.changed();
  }
}
