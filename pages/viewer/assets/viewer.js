// The viewer: position and look, and whoever has to hear of their changes.
import { unpack } from "./packet.js";
import { PLANES, insideVolume, sideOf, toMillimeters } from "./geometry.js";
import { Pane } from "./pane.js";
import { Strip } from "./strip.js";
import { STANDARD, Toolbar, lookOf } from "./toolbar.js";
import { Feed, held, keep, sliceName } from "./feed.js";
import { Editor } from "./editor.js";

// Of the film through the axial slices.
const FRAME_MS = 80;
const LABELS = ["background", "liver"];
const labelOf = (value) => LABELS[value] ?? `lesion ${value - 1}`;

// Choices by the viewer's key, so that they survive a change of page.
const choices = new Map();

class Viewer {
  constructor(root) {
    this.root = root;
    this.motion = null;
    this.pointer = null;
    this.feed = new Feed((request) => this.send("request", request));
    this.editor = new Editor(root, {
      changed: () => this.schedule(),
      reload: () => this.reload(),
      panes: () => this.visible(),
      position: () => this.position,
      tell: (edits) => this.send("edits", edits),
    });
    this.panes = this.makePanes();
    this.strip = new Strip(
      root,
      (z) => this.moveTo([this.position[0], this.position[1], z], "axial"),
      (way) => this.step("axial", way),
    );
    this.toolbar = new Toolbar(root, (choice) => this.choose(choice), {
      lesion: () => this.scene.lesion && this.moveTo(this.scene.lesion),
      reset: () => this.reset(),
      full: () => this.fill(),
      play: () => this.play(),
    });
    root.addEventListener("change", ({ target }) => {
      if (target.name === "plane") this.choose({ plane: target.value });
    });
    this.sizes = new ResizeObserver(() => this.refresh());
    this.sizes.observe(root);
  }

  makePanes() {
    const template = this.root.querySelector("template");
    const actions = {
      changed: () => this.schedule(),
      position: () => this.position,
      moveTo: (voxel) => this.moveTo(voxel),
      step: (plane, way) => this.step(plane, way),
      window: (width, level) => this.changeWindow(width, level),
      hover: (pane, at) => this.hover(pane, at),
      editor: this.editor,
    };
    const panes = Object.keys(PLANES).map((plane) => new Pane(template, plane, actions));
    this.root.querySelector("[data-planes]").prepend(...panes.map((pane) => pane.element));
    return panes;
  }

  receive(bytes, send) {
    this.send = send;
    // Streamlit calls again with the same bytes when the theme changes.
    if (bytes === this.received) return;
    this.received = bytes;
    const { header, slices } = unpack(bytes);
    for (const { plane, index, packed } of slices)
      keep(sliceName(header, plane, index), packed);
    this.feed.answered(header.answer);
    this.setScene(header);
    this.editor.setScene(header);
    this.refresh();
  }

  setScene(header) {
    const before = this.scene;
    this.scene = header;
    if (before?.digest !== header.digest || header.jumps > before.jumps) {
      this.position = header.voxel;
      this.motion = null;
    }
    if (before?.token === header.token && before.selected === header.selected) return;
    this.look = this.lookNow();
    if (before?.token === header.token) return;
    this.strip.setScene(header);
    this.toolbar.draw(this.look, header);
    if (String(before?.shape) === String(header.shape)) return;
    this.panes.forEach((pane) => {
      pane.forget();
      pane.resetView();
    });
  }

  /** Show the slices anew, as they were sent. */
  reload() {
    for (const pane of this.panes) pane.asked = null;
    this.refresh();
  }

  moveTo(voxel, plane = null) {
    const target = insideVolume(voxel, this.scene.shape);
    const axis = plane ? PLANES[plane].axis : 2;
    const way = Math.sign(target[axis] - this.position[axis]);
    this.motion = plane && way ? { plane, step: way } : null;
    this.position = target;
    this.refresh();
  }

  step(plane, way) {
    if (this.playing) this.play();
    const { axis } = PLANES[plane];
    const voxel = [...this.position];
    voxel[axis] += way;
    this.moveTo(voxel, plane);
    if (this.motion) this.motion.step = way;
  }

  choose(choice) {
    const chosen = { ...choices.get(this.scene.key), ...choice };
    choices.set(this.scene.key, chosen);
    this.look = this.lookNow();
    this.toolbar.draw(this.look, this.scene);
    this.refresh();
  }

  lookNow() {
    const { key, thresholds, selected } = this.scene;
    return { ...lookOf({ ...STANDARD, ...choices.get(key) }, thresholds), selected };
  }

  changeWindow(wider, higher) {
    const { width, level } = this.look.window;
    this.choose({ window: { width: Math.max(1, width + wider), level: level + higher } });
  }

  /** Play the axial slices up and down, or stop. */
  play() {
    if (this.playing) this.stop();
    else {
      this.way = 1;
      this.playing = setInterval(() => this.next(), FRAME_MS);
    }
    const button = this.root.querySelector("[data-control=play]");
    button.setAttribute("aria-pressed", Boolean(this.playing));
    button.textContent = this.playing ? "■" : "▶";
  }

  next() {
    if (!this.root.isConnected) this.stop();
    // The film waits for slices that are under way: it never shows a wrong one.
    else if (this.shownAxial() === this.position[2]) {
      const z = this.position[2] + this.way;
      if (z < 0 || z >= this.scene.shape[2]) this.way = -this.way;
      else this.moveTo([this.position[0], this.position[1], z], "axial");
    }
  }

  stop() {
    clearInterval(this.playing);
    this.playing = null;
  }

  /** Fill the screen, or stop doing so. */
  fill() {
    const { root } = this;
    if (root.getRootNode().fullscreenElement === root) document.exitFullscreen();
    else root.requestFullscreen();
  }

  reset() {
    this.panes.forEach((pane) => pane.resetView());
    const { palette } = this.look;
    choices.delete(this.scene.key);
    this.choose({ palette });
  }

  /** Planes that are on screen: on a narrow page only the chosen one. */
  visible() {
    return this.panes.filter((pane) => pane.element.clientWidth > 0);
  }

  refresh() {
    if (!this.scene) return;
    this.root.dataset.plane = this.look.plane ?? "axial";
    const panes = this.visible();
    const shown = { token: this.scene.token, slab: this.look.slab };
    for (const pane of panes) {
      const index = this.position[PLANES[pane.plane].axis];
      const name = sliceName(shown, pane.plane, index);
      const packed = held(name);
      pane.scene = this.scene;
      if (packed) pane.load(name, packed, index);
    }
    const planes = panes.map((pane) => pane.plane);
    this.feed.want(this.scene, this.position, planes, this.motion, this.look.slab);
    this.schedule();
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    for (const pane of this.visible()) pane.draw(this.scene, this.position, this.look);
    this.strip.draw(this.shownAxial());
    this.read("crosshair", this.position, this.valuesAt(this.position));
    const pointed = this.pointed();
    this.read("pointer", pointed, pointed && this.valuesAt(pointed));
  }

  /** The axial slice on screen, which lags behind the position while it is fetched. */
  shownAxial() {
    const axial = this.visible().find((pane) => pane.plane === "axial");
    return axial?.index ?? this.position[2];
  }

  valuesAt(voxel) {
    for (const pane of this.visible()) {
      const values = pane.valuesAt(voxel);
      if (values) return values;
    }
    return null;
  }

  hover(pane, at) {
    this.pointer = at && { pane, at };
    this.schedule();
  }

  /** The voxel under the pointer by now: the slice below a still hand may have changed. */
  pointed() {
    return this.pointer ? this.pointer.pane.voxelUnder(this.pointer.at) : null;
  }

  read(row, voxel, values) {
    const put = (field, text) => {
      const cell = this.root.querySelector(`[data-read=${row}] [data-field=${field}]`);
      cell.textContent = text ?? "–";
    };
    const share = (value) => (value === undefined ? null : (value / 255).toFixed(2));
    put("hu", values && `${String(values.hu).replace("-", "−")} HU`);
    put("label", values && values.label !== undefined ? labelOf(values.label) : null);
    put("liver", values && share(values.liver));
    put("tumor", values && share(values.tumor));
    put("mm", voxel && toMillimeters(this.scene.affine, voxel).map(sideOf).join("  "));
    put("voxel", voxel && voxel.join(", "));
  }

  close() {
    this.stop();
    this.sizes.disconnect();
    this.feed.close();
  }
}

const viewers = new WeakMap();

/** Called by Streamlit at the first drawing and for every answer of Python. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".viewer");
  let viewer = viewers.get(parentElement);
  if (viewer?.root !== root) {
    viewer?.close();
    viewer = new Viewer(root);
    viewers.set(parentElement, viewer);
  }
  viewer.receive(data, setStateValue);
  return () => {
    // Streamlit may also run this after an update that a newer one overtook.
    if (!root.isConnected) viewer.close();
  };
}
