// What hands do: wheel, keys, mouse buttons and fingers on a plane.
import { PLANES, clamp } from "./geometry.js";

const WHEEL_NOTCH = 50;
// A fifth larger at a notch; the fine steps of a trackpad are as fine here.
const ZOOM_NOTCH = 40;
// How far a finger goes across for one slice.
const SWIPE = 14;
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const ZOOM_KEYS = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 };

/** How many slices of `count` a key moves; undefined for any other key. */
export const stepOf = (key, count) => KEYS[key] ?? { Home: -count, End: count }[key];

export class Gestures {
  constructor(pane, actions) {
    Object.assign(this, { pane, actions, turned: 0, drag: null, fingers: new Map() });
    const on = (type, handle) =>
      pane.canvas.addEventListener(type, handle.bind(this), { passive: false });
    on("wheel", this.wheel);
    on("keydown", this.key);
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.release);
    on("pointerleave", () => {
      actions.hover(pane, null);
      actions.editor.leave();
    });
    on("contextmenu", (event) => event.preventDefault());
    on("dblclick", () => {
      if (actions.editor.draws) {
        actions.editor.close();
        return;
      }
      pane.resetView();
      actions.changed();
    });
  }

  wheel(event) {
    const zooms = event.ctrlKey || event.metaKey;
    // At the end of the stack the wheel scrolls the page.
    if (!zooms && !this.pane.goesOn(-Math.sign(event.deltaY))) return;
    event.preventDefault();
    // What is being drawn stays on its slice.
    if (this.drag?.kind === "edit") return;
    if (zooms) {
      const turned = clamp(event.deltaY, -ZOOM_NOTCH, ZOOM_NOTCH);
      this.pane.zoomBy(Math.exp(-turned / 200), this.pane.imageUnder(event));
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
    if (this.actions.editor.key(this.pane, event)) {
      event.preventDefault();
      return;
    }
    if (way !== undefined) {
      if (this.drag?.kind !== "edit") this.actions.step(plane, way);
    } else if (event.key in ZOOM_KEYS) this.pane.zoomBy(ZOOM_KEYS[event.key], this.pane.middle());
    else return;
    event.preventDefault();
  }

  press(event) {
    this.pane.canvas.focus({ preventScroll: true });
    this.pane.canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, event);
      if (this.fingers.size > 1) {
        this.actions.editor.abandon();
        this.drag = { kind: "pinch" };
        return;
      }
    }
    if (this.actions.editor.press(this.pane, event)) {
      this.drag = { kind: "edit" };
      return;
    }
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
    if (this.drag?.kind !== "pinch") this.actions.editor.move(this.pane, event);
    if (!this.drag || this.drag.kind === "edit") return;
    if (this.drag.kind === "pinch") {
      this.pinch(event);
      return;
    }
    if (this.drag.kind === "tap" || this.drag.kind === "swipe") {
      this.swipe(event);
      return;
    }
    const [dx, dy] = [event.clientX - this.drag.x, event.clientY - this.drag.y];
    Object.assign(this.drag, { x: event.clientX, y: event.clientY });
    if (this.drag.kind === "cross") this.moveCross(event);
    else if (this.drag.kind === "window") this.actions.window(2 * dx, -dy);
    else if (this.drag.kind === "pan") this.pane.pan(dx, dy);
  }

  /** Two fingers: apart and together zoom, side by side pan. */
  pinch(event) {
    const other = [...this.fingers.values()].find((one) => one.pointerId !== event.pointerId);
    const before = this.fingers.get(event.pointerId);
    this.fingers.set(event.pointerId, event);
    if (!other || !before) return;
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const middle = {
      clientX: (event.clientX + other.clientX) / 2,
      clientY: (event.clientY + other.clientY) / 2,
    };
    this.pane.zoomBy(apart(event) / Math.max(1, apart(before)), this.pane.imageUnder(middle));
    this.pane.pan((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
  }

  /** One finger across: a slice for every step; up and down scrolls the page. */
  swipe(event) {
    const steps = Math.trunc((event.clientX - this.drag.x) / SWIPE);
    if (!steps) return;
    this.drag.kind = "swipe";
    this.drag.x += steps * SWIPE;
    this.actions.step(this.pane.plane, steps);
  }

  release(event) {
    this.fingers.delete(event.pointerId);
    if (this.drag?.kind === "pinch" && this.fingers.size) return;
    const done = event.type === "pointerup";
    if (this.drag?.kind === "edit") {
      if (done) this.actions.editor.release(event);
      else this.actions.editor.abandon();
    } else if (done && this.drag?.kind === "tap") this.moveCross(event);
    this.drag = null;
  }

  moveCross(event) {
    const voxel = this.pane.voxelUnder(event);
    if (voxel) this.actions.moveTo(voxel);
  }
}
