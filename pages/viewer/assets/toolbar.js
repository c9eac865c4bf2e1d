// The controls above the planes: each changes the look and nothing else.
import { COLORS, WINDOWS, grayTable, heatGradient, css, tintTable } from "./palette.js";
import { clamp } from "./geometry.js";

export const STANDARD = {
  window: WINDOWS.Liver,
  style: "fill",
  layer: "labels",
  opacity: 0.35,
  // Of probabilities: that of the labels, until the visitor moves it.
  threshold: undefined,
  palette: "safe",
  // Thickness in mm of the projection that is shown in place of a slice.
  slab: 0,
};

const HEAT_NAMES = { liver: "Liver probability", tumor: "Tumor probability" };

/** Everything that drawing needs, derived once for each change of a choice. */
export function lookOf(choice, thresholds = {}) {
  const colors = COLORS[choice.palette];
  return {
    ...choice,
    threshold: choice.threshold ?? thresholds[choice.layer] ?? 0.5,
    colors,
    gray: grayTable(choice.window),
    tint: tintTable(choice.layer, colors, choice.opacity),
  };
}

export class Toolbar {
  constructor(root, choose, actions) {
    this.root = root;
    this.choose = choose;
    this.listen(actions);
    root.querySelector("[data-heat]").style.background = heatGradient();
  }

  control(name) {
    return this.root.querySelector(`[data-control="${name}"]`);
  }

  listen(actions) {
    this.root.addEventListener("change", ({ target }) => {
      if (target.name === "window") this.choose({ window: WINDOWS[target.value] });
      else if (target.name === "style") this.choose({ style: target.value });
    });
    const on = (name, type, handle) => this.control(name).addEventListener(type, handle);
    on("width", "change", () => this.chooseWindow());
    on("level", "change", () => this.chooseWindow());
    on("layer", "change", ({ target }) => this.choose({ layer: target.value, threshold: undefined }));
    on("slab", "change", ({ target }) => this.choose({ slab: Number(target.value) }));
    on("opacity", "input", ({ target }) => this.choose({ opacity: Number(target.value) }));
    on("threshold", "input", ({ target }) => this.choose({ threshold: Number(target.value) }));
    on("published", "change", ({ target }) =>
      this.choose({ palette: target.checked ? "published" : "safe" }),
    );
    on("lesion", "click", actions.lesion);
    on("reset", "click", actions.reset);
    on("full", "click", actions.full);
    on("play", "click", actions.play);
  }

  chooseWindow() {
    const width = clamp(Number(this.control("width").value) || 1, 1, 8000);
    const level = clamp(Number(this.control("level").value) || 0, -2000, 4000);
    this.choose({ window: { width, level } });
  }

  /** Show the choices made, by whatever way they were made. */
  draw(look, scene) {
    const { width, level } = look.window;
    for (const radio of this.root.querySelectorAll("[name=window]")) {
      const preset = WINDOWS[radio.value];
      radio.checked = preset.width === width && preset.level === level;
    }
    for (const radio of this.root.querySelectorAll("[name=style]"))
      radio.checked = radio.value === look.style;
    this.control("width").value = Math.round(width);
    this.control("level").value = Math.round(level);
    for (const name of ["layer", "opacity", "threshold", "slab"]) this.control(name).value = look[name];
    this.control("published").checked = look.palette === "published";
    this.control("full").hidden = !document.fullscreenEnabled;
    this.control("lesion").disabled = !scene.lesion;
    this.drawOverlay(look, scene);
  }

  drawOverlay(look, scene) {
    this.root.classList.toggle("segmented", scene.segmented);
    this.root.classList.toggle("probability", look.layer !== "labels" && look.style !== "off");
    this.root.classList.toggle("filled", look.style === "fill");
    this.root.querySelector("[data-threshold]").textContent = look.threshold.toFixed(2);
    this.root.querySelector("[data-heat-name]").textContent = HEAT_NAMES[look.layer] ?? "";
    this.root.style.setProperty("--liver", css(look.colors.liver));
    this.root.style.setProperty("--tumor", css(look.colors.tumor));
  }
}
