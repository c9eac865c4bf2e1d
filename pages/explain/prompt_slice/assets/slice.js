// A slice on which points are clicked and a box is dragged. Places are shares of its width and height.

const STILL = 5;
const RADIUS = 6;
const COLORS = { inside: "#7ee081", outside: "#ffb454", box: "#ffffff" };

class PromptSlice {
  constructor(root) {
    this.root = root;
    this.image = root.querySelector("img");
    this.canvas = root.querySelector("canvas");
    this.prompt = { inside: [], outside: [], box: null };
    const on = (kind, does) => this.canvas.addEventListener(kind, does);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => this.drop());
    on("contextmenu", (event) => event.preventDefault());
    for (const button of root.querySelectorAll("[data-act]"))
      button.onclick = () => this.send({ kind: button.dataset.act });
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
  }

  receive({ image, label, prompt }, send) {
    this.send = send;
    this.prompt = prompt;
    if (this.image.src !== image) this.image.src = image;
    this.canvas.setAttribute("aria-label", label);
    const empty = !prompt.inside.length && !prompt.outside.length && !prompt.box;
    for (const button of this.root.querySelectorAll("[data-act]")) button.disabled = empty;
    this.draw();
    this.root.dataset.points = prompt.inside.length + prompt.outside.length;
    this.root.dataset.box = prompt.box ? "yes" : "no";
  }

  at(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const share = (place, size) => Math.min(1, Math.max(0, place / size));
    return [share(event.clientX - left, width), share(event.clientY - top, height)];
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.start = this.at(event);
    this.pressed = [event.clientX, event.clientY];
    this.other = event.button > 0 || event.shiftKey;
    this.dragged = null;
  }

  move(event) {
    if (!this.start) return;
    const [x, y] = this.pressed;
    if (Math.hypot(event.clientX - x, event.clientY - y) > STILL || this.dragged)
      this.dragged = this.corners(this.start, this.at(event));
    this.draw();
  }

  up(event) {
    if (!this.start) return;
    const { start, dragged, other } = this;
    this.drop();
    if (dragged) return this.send({ kind: "box", box: dragged });
    const chosen = this.root.querySelector("[name=kind]:checked").value;
    const kind = other ? "outside" : chosen;
    this.send({ kind, place: start });
  }

  drop() {
    this.start = this.dragged = null;
    this.draw();
  }

  corners([a, b], [c, d]) {
    return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  }

  draw() {
    const density = window.devicePixelRatio || 1;
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width) return;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    const pen = this.canvas.getContext("2d");
    pen.scale(density, density);
    this.box(pen, this.dragged ?? this.prompt.box, width, height);
    for (const kind of ["inside", "outside"])
      for (const [x, y] of this.prompt[kind]) this.point(pen, x * width, y * height, kind);
  }

  box(pen, corners, width, height) {
    if (!corners) return;
    const [left, top, right, bottom] = corners;
    const place = [left * width, top * height, (right - left) * width, (bottom - top) * height];
    for (const [color, line] of [["#000", 4], [COLORS.box, 2]]) {
      Object.assign(pen, { strokeStyle: color, lineWidth: line });
      pen.strokeRect(...place);
    }
  }

  point(pen, x, y, kind) {
    pen.beginPath();
    pen.arc(x, y, RADIUS, 0, 2 * Math.PI);
    Object.assign(pen, { fillStyle: COLORS[kind], strokeStyle: "#000", lineWidth: 1.5 });
    pen.fill();
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x - 3, y);
    pen.lineTo(x + 3, y);
    if (kind === "inside") {
      pen.moveTo(x, y - 3);
      pen.lineTo(x, y + 3);
    }
    pen.stroke();
  }

  close() {
    this.sizes.disconnect();
  }
}

const slices = new WeakMap();

/** Called by Streamlit at the first drawing and whenever Python has something new. */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".prompt-slice");
  let slice = slices.get(parentElement);
  if (slice?.root !== root) {
    slice?.close();
    slice = new PromptSlice(root);
    slices.set(parentElement, slice);
  }
  slice.receive(data, (act) => setTriggerValue("act", act));
  return () => {
    if (!root.isConnected) slice.close();
  };
}
