// Distances and densities that are measured by hand; nothing of it leaves the browser.
import { PLANES } from "./geometry.js";

export class Measure {
  constructor(kind, pane, place) {
    Object.assign(this, { kind, pane, index: pane.index, from: place, to: place });
  }

  isOn(pane) {
    return this.pane === pane && this.index === pane.index;
  }

  /** From one end to the other, or from the middle of a circle to its edge, in mm. */
  millimeters({ spacing }) {
    return Math.hypot(...this.to.map((one, a) => (one - this.from[a]) * spacing[a]));
  }

  /** What was measured, in words. */
  words(scene) {
    const length = this.millimeters(scene);
    if (this.kind === "ruler") return `${length.toFixed(1)} mm`;
    const { mean, deviation, count } = this.density(scene, length);
    if (!count) return "";
    const area = (Math.PI * length ** 2) / 100;
    const signed = (value) => value.toFixed(0).replace("-", "−");
    return `${signed(mean)} ± ${signed(deviation)} HU, ${area.toFixed(1)} cm²`;
  }

  /** Mean and standard deviation of the voxels whose middles lie in a circle. */
  density({ shape, spacing }, radius) {
    const { across, down } = PLANES[this.pane.plane];
    const { hu, columns, rows } = this.pane.slice;
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const y = (shape[down] - 1 - row - this.from[down]) * spacing[down];
      if (Math.abs(y) > radius) continue;
      for (let column = 0; column < columns; column++) {
        const x = (shape[across] - 1 - column - this.from[across]) * spacing[across];
        if (x * x + y * y > radius * radius) continue;
        const value = hu[row * columns + column];
        [count, sum, squares] = [count + 1, sum + value, squares + value * value];
      }
    }
    const mean = sum / count;
    return { count, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  }

  /** Add its line or circle to a path, by where places lie on the screen. */
  addTo(path, onScreen, scene, scale) {
    const [x, y] = onScreen(this.from);
    if (this.kind === "ruler") {
      path.moveTo(x, y);
      path.lineTo(...onScreen(this.to));
    } else {
      const radius = this.millimeters(scene) * scale;
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }

  /** Write what was measured beside its end. */
  write(context, onScreen, scene, pixel) {
    const words = this.words(scene);
    if (!words) return;
    const [x, y] = onScreen(this.to);
    context.font = `600 ${12 * pixel}px system-ui, sans-serif`;
    const width = context.measureText(words).width;
    const left = Math.min(x + 8 * pixel, context.canvas.width - width - 8 * pixel);
    context.fillStyle = "rgb(0 0 0 / 70%)";
    context.fillRect(left - 4 * pixel, y - 9 * pixel, width + 8 * pixel, 18 * pixel);
    context.fillStyle = "#fff";
    context.textBaseline = "middle";
    context.fillText(words, left, y);
  }
}
