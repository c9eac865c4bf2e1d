// Corrections by hand: drawn here at once, told to Python when the hand lifts.
import { PLANES, clamp } from "./geometry.js";
import { brushLine, brushStroke, fillPolygon } from "./brush.js";
import { nextSerial } from "./feed.js";
import { Measure } from "./measure.js";

const TOOL_KEYS = {
  v: "look", b: "brush", e: "erase", p: "polygon", s: "box", c: "click", r: "ruler", h: "region",
};
const MEASURES = ["ruler", "region"];
const TARGET_KEYS = { 1: "organ", 2: "tumor" };
const [LEAST_MM, MOST_MM] = [0.5, 60];
// How near to its first corner, in pixels, a click closes a polygon.
const NEAR = 10;
// A drag that is shorter, in pixels, is a click.
const STILL = 4;
// Of the Gaussian that smooths a piece.
const SIGMA_MM = 1.5;
// Places of a path are kept to so many hundredths of a voxel.
const rounded = (place) => place.map((one) => Math.round(one * 100) / 100);

export class Editor {
  constructor(root, actions) {
    Object.assign(this, { root, actions, pending: [], scene: null, pointer: null });
    this.state = { tool: "look", target: "tumor", radius: 6, ball: false, outside: false, carry: false, act: "grow" };
    this.listen();
    this.drop();
  }

  /** Whether hands draw instead of moving around. */
  get draws() {
    return Boolean(this.scene?.editing) && this.state.tool !== "look";
  }

  get pen() {
    const { target, outside, tool } = this.state;
    return { target, erase: tool === "erase", outside };
  }

  control(name) {
    return this.root.querySelector(`[data-edit="${name}"]`);
  }

  listen() {
    const bar = this.root.querySelector("[data-editbar]");
    bar.addEventListener("input", ({ target }) => {
      if (target.name === "tool" || target.name === "target") this.set({ [target.name]: target.value });
      else if (target.dataset.edit === "radius") this.set({ radius: Number(target.value) });
      else if (target.dataset.edit === "act") this.set({ act: target.value, tool: "click" });
      else if (target.type === "checkbox") this.set({ [target.dataset.edit]: target.checked });
    });
    for (const name of ["undo", "redo"])
      this.control(name).addEventListener("click", () => this.tell({ do: name }));
    this.control("between").addEventListener("click", () =>
      this.tell({ do: "between", what: this.slice() }),
    );
    this.control("fill").addEventListener("click", () =>
      this.tell({ do: "edit", kind: "fill", what: this.slice() }),
    );
  }

  set(choice) {
    Object.assign(this.state, choice);
    if ("tool" in choice || "act" in choice) this.drop();
    this.show();
    this.actions.changed();
  }

  /** Show the choices made, by whatever way they were made. */
  show() {
    const { tool, target, radius, ball, outside, carry, act } = this.state;
    const editing = Boolean(this.scene?.editing);
    this.root.classList.toggle("editing", editing);
    this.root.dataset.tool = editing ? tool : "look";
    this.root.querySelector("[data-editbar]").hidden = !editing;
    for (const radio of this.root.querySelectorAll("[data-editbar] [type=radio]"))
      radio.checked = radio.value === this.state[radio.name];
    this.control("radius").value = radius;
    this.control("millimeters").textContent = `${radius} mm`;
    this.control("ball").checked = ball;
    this.control("outside").checked = outside;
    this.control("carry").checked = carry;
    this.control("carry").closest("label").hidden = tool !== "box";
    this.control("outside").closest("label").hidden = target !== "tumor";
    this.control("act").value = act;
    this.control("undo").disabled = !this.scene?.undo && !this.pending.length;
    this.control("redo").disabled = !this.scene?.redo || this.pending.length > 0;
    this.control("waiting").hidden = !this.pending.length;
  }

  setScene(scene) {
    this.scene = scene;
    const left = ({ serial, of }) => serial > (scene.applied ?? 0) && of === scene.digest;
    this.pending = this.pending.filter(left);
    if (!scene.editing) this.drop();
    this.show();
  }

  /** Draw what Python has not drawn yet into a slice that it sent. */
  catchUp(pane) {
    for (const { kind, what } of this.pending) {
      if (kind === "stroke") brushStroke(pane, this.scene, what);
      else if (kind === "polygon") fillPolygon(pane, this.scene, what);
    }
  }

  tell(event) {
    this.pending.push({ serial: nextSerial(), of: this.scene.digest, ...event });
    this.actions.tell([...this.pending]);
    this.show();
  }

  /** The slice that was drawn on last, and the label. */
  slice() {
    const plane = this.plane ?? "axial";
    const index = this.actions.position()[PLANES[plane].axis];
    return { plane, index, target: this.state.target };
  }

  drop() {
    Object.assign(this, { stroke: null, corners: null, box: null, first: null });
    Object.assign(this, { measure: null, measuring: null });
  }

  /** Forget a stroke that became something else; what it drew goes. */
  abandon() {
    const drew = Boolean(this.stroke);
    this.drop();
    this.clicked = null;
    if (drew) this.actions.reload();
    this.actions.changed();
  }

  leave() {
    this.pointer = null;
    this.actions.changed();
  }

  place(pane, event) {
    const { axis, across, down } = PLANES[pane.plane];
    const [column, row] = pane.imageUnder(event);
    const place = [0, 0, 0];
    place[axis] = pane.index;
    place[across] = this.scene.shape[across] - column - 0.5;
    place[down] = this.scene.shape[down] - row - 0.5;
    return rounded(place);
  }

  /** Begin to draw; false where the hand does something else. */
  press(pane, event) {
    if (!this.draws || event.button !== 0 || event.shiftKey || pane.index == null) return false;
    this.plane = pane.plane;
    const place = this.place(pane, event);
    const { tool } = this.state;
    if (tool === "brush" || tool === "erase") this.begin(pane, place);
    else if (tool === "box") this.box = { pane, from: place, to: place };
    else if (MEASURES.includes(tool)) this.measuring = this.measure = new Measure(tool, pane, place);
    else this.clicked = { pane, place, x: event.clientX, y: event.clientY };
    return true;
  }

  begin(pane, place) {
    const { radius, ball } = this.state;
    const plane = ball ? null : pane.plane;
    this.stroke = { pane, pen: this.pen, path: [place], radius_mm: radius, plane };
    this.brush(place, place);
  }

  brush(from, to) {
    for (const pane of this.actions.panes()) brushLine(pane, this.scene, this.stroke, from, to);
    this.actions.changed();
  }

  move(pane, event) {
    this.pointer = { pane, at: { clientX: event.clientX, clientY: event.clientY } };
    if (this.stroke?.pane === pane) this.lengthen(this.place(pane, event));
    else if (this.box?.pane === pane) this.box.to = this.place(pane, event);
    else if (this.measuring?.pane === pane) this.measuring.to = this.place(pane, event);
    if (this.draws) this.actions.changed();
  }

  lengthen(place) {
    const { path } = this.stroke;
    const last = path[path.length - 1];
    if (place.every((one, a) => Math.abs(one - last[a]) < 0.25)) return;
    path.push(place);
    this.brush(last, place);
  }

  release(event) {
    if (this.stroke) {
      const { pen, path, radius_mm, plane } = this.stroke;
      this.stroke = null;
      this.tell({ do: "edit", kind: "stroke", what: { pen, path, radius_mm, plane } });
    } else if (this.box) this.finishBox();
    else if (this.measuring) this.finishMeasure();
    else if (this.clicked) this.finishClick(event);
    this.clicked = null;
    this.actions.changed();
  }

  finishBox() {
    const { pane, from, to } = this.box;
    const { across, down } = PLANES[pane.plane];
    this.box = null;
    if (Math.abs(from[across] - to[across]) < 1 || Math.abs(from[down] - to[down]) < 1) return;
    const { carry } = this.state;
    const what = { plane: pane.plane, one: from, other: to, pen: this.pen, carry };
    this.tell({ do: "box", what });
  }

  finishMeasure() {
    const said = this.measuring.words(this.scene);
    this.measuring = null;
    this.control("measured").textContent = said;
  }

  finishClick(event) {
    const { pane, place, x, y } = this.clicked;
    if (Math.hypot(event.clientX - x, event.clientY - y) > STILL) return;
    if (this.state.tool === "polygon") this.corner(pane, place, event);
    else this.act(place.map(Math.round));
  }

  corner(pane, place, event) {
    if (this.corners?.pane !== pane || this.corners.index !== pane.index)
      this.corners = { pane, index: pane.index, places: [] };
    const { places } = this.corners;
    if (places.length > 2 && this.near(pane, places[0], event)) this.close();
    else places.push(place);
  }

  near(pane, place, event) {
    const { across, down } = PLANES[pane.plane];
    const pixel = window.devicePixelRatio || 1;
    const here = this.place(pane, event);
    const dx = ((here[across] - place[across]) * pane.placed.stepX) / pixel;
    const dy = ((here[down] - place[down]) * pane.placed.stepY) / pixel;
    return Math.hypot(dx, dy) < NEAR;
  }

  /** Close the polygon and draw it. */
  close() {
    const { pane, places } = this.corners ?? {};
    this.corners = null;
    if (!pane || places.length < 3) return;
    const what = { pen: this.pen, plane: pane.plane, corners: places };
    for (const shown of this.actions.panes()) fillPolygon(shown, this.scene, what);
    this.tell({ do: "edit", kind: "polygon", what });
    this.actions.changed();
  }

  /** Do at a voxel what was chosen for clicks. */
  act(voxel) {
    const { act, target } = this.state;
    const inside = voxel.map((one, a) => clamp(one, 0, this.scene.shape[a] - 1));
    if (act === "grow") this.tell({ do: "grow", what: { at: inside, pen: this.pen } });
    else if (act === "smooth")
      this.tell({ do: "edit", kind: "smooth", what: { target, at: inside, sigma_mm: SIGMA_MM } });
    else if (act === "delete" || act === "keep")
      this.tell({ do: "edit", kind: "lesion", what: { at: inside, act } });
    else if (!this.first) this.first = inside;
    else {
      const [one, other] = [this.first, inside];
      this.first = null;
      this.tell({ do: "edit", kind: act, what: { one, other } });
    }
  }

  /** Keys while a plane has the focus; false for any other key. */
  key(pane, event) {
    if (!this.scene?.editing) return false;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      const redo = key === "y" || event.shiftKey;
      if (!this.control(redo ? "redo" : "undo").disabled) this.tell({ do: redo ? "redo" : "undo" });
    } else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (key in TOOL_KEYS) this.set({ tool: TOOL_KEYS[key] });
    else if (key in TARGET_KEYS) this.set({ target: TARGET_KEYS[key] });
    else if (key === "[" || key === "]") this.resize(key === "]" ? 1 : -1);
    else if (key === "escape" && this.draws) this.drop();
    else if (key === "enter" && this.corners) this.close();
    else if (key === " " || key === "enter") return this.atCrosshair(pane);
    else return false;
    this.actions.changed();
    return true;
  }

  resize(way) {
    const { radius } = this.state;
    const step = radius + (way > 0 ? 0 : -0.01) < 5 ? 0.5 : 1;
    this.set({ radius: clamp(radius + way * step, LEAST_MM, MOST_MM) });
  }

  /** Use the tool at the crosshair, for who has no pointer. */
  atCrosshair(pane) {
    const { tool } = this.state;
    if (!this.draws || tool === "box" || MEASURES.includes(tool)) return false;
    this.plane = pane.plane;
    const place = [...this.actions.position()];
    if (tool === "polygon") {
      this.corners ??= { pane, index: pane.index, places: [] };
      this.corners.places.push(place);
    } else if (tool === "click") this.act(place);
    else {
      this.begin(pane, place);
      this.release();
    }
    this.actions.changed();
    return true;
  }

  /** Draw over a plane what is not in the labels: the brush, a box, a polygon that is open. */
  drawOver(pane, context, pixel) {
    if (!this.draws) return;
    context.save();
    context.lineWidth = 1.5 * pixel;
    context.strokeStyle = "#fff";
    context.setLineDash([4 * pixel, 3 * pixel]);
    const path = new Path2D();
    if (this.pointer?.pane === pane) this.addBrush(path, pane, pixel);
    if (this.box?.pane === pane) this.addBox(path, pane);
    for (const { do: wish, what } of this.pending)
      if (wish === "box" && what.plane === pane.plane) this.addBox(path, pane, what.one, what.other);
    if (this.corners?.pane === pane && this.corners.index === pane.index) this.addCorners(path, pane);
    const onScreen = (place) => this.onScreen(pane, place);
    const measured = this.measure?.isOn(pane);
    if (measured) this.measure.addTo(path, onScreen, this.scene, pane.millimeter * pixel);
    context.stroke(path);
    if (measured) this.measure.write(context, onScreen, this.scene, pixel);
    context.restore();
  }

  onScreen(pane, place) {
    const { across, down } = PLANES[pane.plane];
    const { shape } = this.scene;
    return pane.toScreen(shape[across] - place[across] - 0.5, shape[down] - place[down] - 0.5);
  }

  addBrush(path, pane, pixel) {
    if (!["brush", "erase"].includes(this.state.tool)) return;
    const [x, y] = pane.toScreen(...pane.imageUnder(this.pointer.at));
    const radius = this.state.radius * pane.millimeter * pixel;
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }

  addBox(path, pane, from = this.box.from, to = this.box.to) {
    const [[x0, y0], [x1, y1]] = [this.onScreen(pane, from), this.onScreen(pane, to)];
    path.rect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
  }

  addCorners(path, pane) {
    this.corners.places.forEach((place, i) => {
      const [x, y] = this.onScreen(pane, place);
      if (i) path.lineTo(x, y);
      else path.moveTo(x, y);
    });
    if (this.pointer?.pane === pane) path.lineTo(...pane.toScreen(...pane.imageUnder(this.pointer.at)));
  }
}
