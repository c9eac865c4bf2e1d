// What fingers, mice and keys do to a map: move, zoom, point, click, draw a lasso or a box.

const STILL = 4;

export class Gestures {
  /** `actions`: pan, zoom, hover, click, drawn, drawing, reset, clear. */
  constructor(canvas, density, actions) {
    Object.assign(this, { canvas, density, actions });
    this.tool = "lasso";
    this.pointers = new Map();
    this.path = null;
    const on = (kind, does) => canvas.addEventListener(kind, does);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.cancel(event));
    on("pointerleave", () => this.pointers.size || actions.hover(null));
    on("dblclick", () => actions.reset());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    on("keydown", (event) => this.key(event));
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const density = this.density();
    return [(event.clientX - box.left) * density, (event.clientY - box.top) * density];
  }

  down(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.start = this.at(event);
    this.moved = false;
    this.path = this.pointers.size === 1 && this.tool !== "move" ? [this.start] : null;
  }

  move(event) {
    const here = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.actions.hover(here);
    if (Math.hypot(here[0] - this.start[0], here[1] - this.start[1]) > STILL * this.density())
      this.moved = true;
    if (this.pointers.size === 2) this.pinch(event.pointerId, here);
    else if (this.path) this.extend(here);
    else if (this.moved) this.actions.pan(here[0] - before[0], here[1] - before[1]);
    this.pointers.set(event.pointerId, here);
  }

  pinch(id, here) {
    const [other] = [...this.pointers].filter(([known]) => known !== id).map(([, at]) => at);
    const before = this.pointers.get(id);
    const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const middle = [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2];
    this.actions.zoom(...middle, apart(here, other) / Math.max(apart(before, other), 1));
    this.path = null;
    this.moved = true;
    this.actions.drawing(null);
  }

  extend(here) {
    const [x, y] = this.start;
    if (this.tool === "box") this.path = [this.start, [here[0], y], here, [x, here[1]]];
    else this.path.push(here);
    if (this.moved) this.actions.drawing(this.path);
  }

  up(event) {
    const here = this.at(event);
    const path = this.path;
    this.cancel(event);
    if (this.pointers.size) return;
    if (!this.moved) this.actions.click(here);
    else if (path && path.length > 2) this.actions.drawn(path);
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
    this.path = null;
    this.actions.drawing(null);
  }

  wheel(event) {
    event.preventDefault();
    this.actions.zoom(...this.at(event), Math.exp(-event.deltaY * 0.0015));
  }

  key(event) {
    const middle = [this.canvas.width / 2, this.canvas.height / 2];
    const step = 40 * this.density();
    const does = {
      "+": () => this.actions.zoom(...middle, 1.3),
      "-": () => this.actions.zoom(...middle, 1 / 1.3),
      0: () => this.actions.reset(),
      Escape: () => this.actions.clear(),
      ArrowLeft: () => this.actions.pan(step, 0),
      ArrowRight: () => this.actions.pan(-step, 0),
      ArrowUp: () => this.actions.pan(0, step),
      ArrowDown: () => this.actions.pan(0, -step),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }
}
