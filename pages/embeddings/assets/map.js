// A map of patches: what is in view, how it is colored, and what the visitor does with it.
import { unpack } from "./packet.js";
import { View } from "./view.js";
import { MEANT, MISSING, colors, paint, radiusOf } from "./paint.js";
import { Gestures } from "./gestures.js";
import { Tip } from "./tip.js";

const REACH = 9;

class PatchMap {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas[data-points]");
    this.sketch = root.querySelector("canvas[data-sketch]");
    this.context = this.canvas.getContext("2d");
    this.view = new View();
    this.tip = new Tip(root);
    this.density = () => window.devicePixelRatio || 1;
    this.gestures = new Gestures(this.sketch, this.density, {
      pan: (x, y) => this.change(() => this.view.pan(x, y)),
      zoom: (x, y, factor) => this.change(() => this.view.zoomAt(x, y, factor)),
      reset: () => this.change(() => this.view.reset()),
      hover: (at) => this.hover(at),
      click: (at) => this.click(at),
      drawing: (path) => this.outline(path),
      drawn: (path) => this.tell("area", { polygon: path.map((at) => this.view.toMap(...at)) }),
      clear: () => this.tell("clear", {}),
    });
    root.addEventListener("change", ({ target }) => {
      if (target.dataset.tool) this.gestures.tool = target.dataset.tool;
    });
    root.querySelector("[data-reset]").onclick = () => this.change(() => this.view.reset());
    root.querySelector("[data-clear]").onclick = () => this.tell("clear", {});
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.canvas.parentElement);
  }

  receive(data, send) {
    const { header, arrays } = unpack(data);
    this.send = send;
    const moved = header.layout !== this.header?.layout;
    Object.assign(this, { header, ...arrays });
    this.rgb = colors(this.values, header);
    if (moved) this.view.fit(this.positions);
    this.legend();
    this.root.querySelector("[data-clear]").disabled = !this.flags.some((flag) => flag & MEANT);
    this.canvas.setAttribute("aria-label", header.label);
    this.resize();
  }

  resize() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    if (!box.width || !this.header) return;
    const [width, height] = [box.width, box.height].map((side) => Math.round(side * this.density()));
    for (const canvas of [this.canvas, this.sketch]) Object.assign(canvas, { width, height });
    this.view.resize(width, height);
    this.draw();
  }

  change(how) {
    how();
    this.tip.hide();
    this.scheduled ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.scheduled = undefined;
    paint(this.context, this.view, this.positions, this.rgb, this.flags, this.density());
    this.root.dataset.painted = `${this.header.layout}/${this.header.title}/${this.header.serial}`;
  }

  /** The point nearest to a place of the canvas, none where it is empty there. */
  nearest([column, row]) {
    let best = -1;
    const radius = radiusOf(this.view, this.rgb.length, this.density());
    let least = (radius + REACH * this.density()) ** 2;
    for (let i = 0; i < this.rgb.length; i++) {
      const [x, y] = this.view.toCanvas(this.positions[2 * i], this.positions[2 * i + 1]);
      const away = (x - column) ** 2 + (y - row) ** 2;
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  hover(at) {
    const index = at ? this.nearest(at) : -1;
    if (index < 0) return this.tip.hide();
    const { title, names, categorical, token } = this.header;
    const value = this.values[index];
    const shown = categorical ? (names[value] ?? "none") : Number.isNaN(value) ? "–" : +value.toPrecision(3);
    const [column, row] = at.map((pixels) => pixels / this.density());
    this.tip.show(column, row, this.sketch.clientWidth, index, `${title}: ${shown}`, token);
  }

  click(at) {
    const index = this.nearest(at);
    if (index >= 0) this.tell("patch", { index });
  }

  outline(path) {
    const context = this.sketch.getContext("2d");
    context.clearRect(0, 0, this.sketch.width, this.sketch.height);
    if (!path) return;
    const style = getComputedStyle(this.sketch);
    context.beginPath();
    for (const at of path) context.lineTo(...at);
    context.closePath();
    context.lineWidth = 2 * this.density();
    context.strokeStyle = style.getPropertyValue("--st-primary-color");
    context.fillStyle = "rgb(15 139 125 / 15%)";
    context.fill();
    context.stroke();
  }

  /** Say what was done; `layout` tells Python which map it was done on. */
  tell(kind, what) {
    this.send({ kind, ...what, layout: this.header.layout, serial: Date.now() });
  }

  legend() {
    const { palette, range, names, categorical, title } = this.header;
    const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
    const place = this.root.querySelector("[data-legend]");
    place.replaceChildren();
    const label = Object.assign(document.createElement("b"), { textContent: title });
    place.append(label);
    if (!categorical) {
      const bar = document.createElement("i");
      bar.style.background = `linear-gradient(to right, ${palette.map(css).join(",")})`;
      const ends = range.map((end) =>
        Object.assign(document.createElement("span"), { textContent: +end.toPrecision(3) }),
      );
      return place.append(ends[0], bar, ends[1]);
    }
    for (const [code, name] of Object.entries(names)) {
      const entry = Object.assign(document.createElement("span"), { textContent: name });
      const dot = document.createElement("em");
      dot.style.background = css(code < 0 ? MISSING : palette[code % palette.length]);
      entry.prepend(dot);
      place.append(entry);
    }
  }

  close() {
    this.sizes.disconnect();
  }
}

const maps = new WeakMap();

/** Called by Streamlit at the first drawing and whenever Python has something new. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".patch-map");
  let map = maps.get(parentElement);
  if (map?.root !== root) {
    map?.close();
    map = new PatchMap(root);
    maps.set(parentElement, map);
  }
  map.receive(data, (done) => setStateValue("done", done));
  return () => {
    if (!root.isConnected) map.close();
  };
}
