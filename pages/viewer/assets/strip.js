// The areas of liver and tumor over all axial slices; also the way to any of them.
import { clamp } from "./geometry.js";
import { stepOf } from "./gestures.js";

// A lesion of a few pixels is seen at least, out of the 100 that the chart is high.
const LEAST = 4;

/** A closed area chart in a box of `values.length` x 100; `peak` is where its scale ends. */
function areaPath(values, peak) {
  if (!values.some((value) => value > 0)) return "";
  const tops = values.map((value, z) => {
    const y = (100 - (value > 0 ? Math.max(LEAST, (94 * value) / peak) : 0)).toFixed(2);
    return `L${z},${y}L${z + 1},${y}`;
  });
  return `M0,100${tops.join("")}L${values.length},100Z`;
}

const area = (mm2) => `${(mm2 / 100).toFixed(mm2 < 1000 ? 2 : 1)} cm²`;

export class Strip {
  constructor(root, moveTo, step) {
    this.root = root;
    this.chart = root.querySelector("[data-strip]");
    this.marker = root.querySelector("[data-marker]");
    this.chart.addEventListener("pointerdown", (event) => {
      this.chart.setPointerCapture(event.pointerId);
      moveTo(this.sliceUnder(event));
    });
    this.chart.addEventListener("pointermove", (event) => {
      if (this.chart.hasPointerCapture(event.pointerId)) moveTo(this.sliceUnder(event));
    });
    this.chart.addEventListener("keydown", (event) => {
      const way = stepOf(event.key, this.count);
      if (way === undefined) return;
      event.preventDefault();
      step(way);
    });
    root.querySelectorAll("[data-step]").forEach((button) =>
      button.addEventListener("click", () => step(Number(button.dataset.step))),
    );
  }

  sliceUnder(event) {
    const box = this.chart.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * this.count;
    return clamp(Math.floor(place), 0, this.count - 1);
  }

  setScene(scene) {
    this.count = scene.shape[2];
    this.scene = scene;
    const svg = this.chart.querySelector("svg");
    svg.setAttribute("viewBox", `0 0 ${this.count} 100`);
    // One scale: the organ, tumors included, is the larger of the two on every slice.
    const peak = Math.max(1, ...scene.organ);
    for (const name of ["organ", "tumor"])
      svg.querySelector(`.${name}`).setAttribute("d", areaPath(scene[name], peak));
    this.chart.setAttribute("aria-valuemax", this.count);
  }

  draw(z) {
    const { organ, tumor } = this.scene;
    this.marker.style.left = `${((z + 0.5) / this.count) * 100}%`;
    this.chart.setAttribute("aria-valuenow", z + 1);
    this.chart.setAttribute("aria-valuetext", `Slice ${z + 1} of ${this.count}`);
    this.root.querySelector("[data-area=organ]").textContent = organ.length ? area(organ[z]) : "";
    this.root.querySelector("[data-area=tumor]").textContent = tumor.length ? area(tumor[z]) : "";
  }
}
