// What hands do: wheel, keys, mouse buttons and fingers on a plane.
import { PLANES, clamp } from "./geometry.js";

const WHEEL_NOTCH = 50;
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const ZOOM_KEYS = { "+": 1.25, "=": 1.25, "-": 0.8 };

/** How many slices of `count` a key moves; undefined for any other key. */
export const stepOf = (key, count) => KEYS[key] ?? { Home: -count, End: count }[key];

export class Gestures {
  constructor(pane, actions) {
    Object.assign(this, { pane, actions, turned: 0, drag: null });
    const on = (type, handle) =>
      pane.canvas.addEventListener(type, handle.bind(this), { passive: false });
    on("wheel", this.wheel);
    on("keydown", this.key);
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.release);
    on("pointerleave", () => actions.hover(pane, null));
    on("contextmenu", (event) => event.preventDefault());
    on("dblclick", () => {
      pane.resetView();
      actions.changed();
    });
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this.pane.zoomBy(Math.exp(-event.deltaY / 200), this.pane.imageUnder(event));
      return;
    }
    // A notch of a mouse wheel is one slice; a trackpad gathers its small steps.
    this.turned += clamp(event.deltaY, -WHEEL_NOTCH, WHEEL_NOTCH);
    if (Math.abs(this.turned) < WHEEL_NOTCH) return;
    this.actions.step(this.pane.plane, -Math.sign(this.turned));
    this.turned = 0;
  }

  key(event) {
    const { plane, scene } = this.pane;
    const way = stepOf(event.key, scene.shape[PLANES[plane].axis]);
    if (way !== undefined) this.actions.step(plane, way);
    else if (event.key in ZOOM_KEYS) this.pane.zoomBy(ZOOM_KEYS[event.key], this.pane.middle());
    else return;
    event.preventDefault();
  }

  press(event) {
    this.pane.canvas.focus({ preventScroll: true });
    this.pane.canvas.setPointerCapture(event.pointerId);
    const kinds = { 0: event.shiftKey ? "pan" : "cross", 1: "pan", 2: "window" };
    // A finger may be about to scroll the page: it counts when it is lifted.
    const kind = event.pointerType === "touch" ? "tap" : kinds[event.button];
    this.drag = { kind, x: event.clientX, y: event.clientY };
    // The middle button would start the browser's own scrolling.
    if (event.button === 1) event.preventDefault();
    if (kind === "cross") this.moveCross(event);
  }

  move(event) {
    this.actions.hover(this.pane, { clientX: event.clientX, clientY: event.clientY });
    if (!this.drag) return;
    const [dx, dy] = [event.clientX - this.drag.x, event.clientY - this.drag.y];
    Object.assign(this.drag, { x: event.clientX, y: event.clientY });
    if (this.drag.kind === "cross") this.moveCross(event);
    else if (this.drag.kind === "window") this.actions.window(2 * dx, -dy);
    else if (this.drag.kind === "pan") this.pane.pan(dx, dy);
  }

  release(event) {
    if (event.type === "pointerup" && this.drag?.kind === "tap") this.moveCross(event);
    this.drag = null;
  }

  moveCross(event) {
    const voxel = this.pane.voxelUnder(event);
    if (voxel) this.actions.moveTo(voxel);
  }
}
