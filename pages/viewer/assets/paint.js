// Draws one slice: gray values, overlay, outlines, crosshair.
import { maskEqual, maskOf, outline } from "./contour.js";
import { css } from "./palette.js";

const SELECTED = "#ffd666";

/** Gray values with a tinted layer over them, at one pixel a voxel. */
export function paintVoxels(slice, gray, layer, tint) {
  const image = new ImageData(slice.columns, slice.rows);
  const { data } = image;
  for (let i = 0, p = 0; i < slice.hu.length; i++, p += 4) {
    const value = gray[slice.hu[i] + 32768];
    const t = layer ? 4 * layer[i] : 0;
    const alpha = tint[t + 3] / 255;
    data[p] = value + (tint[t] - value) * alpha;
    data[p + 1] = value + (tint[t + 1] - value) * alpha;
    data[p + 2] = value + (tint[t + 2] - value) * alpha;
    data[p + 3] = 255;
  }
  return image;
}

/** Outlines to draw over a slice: of the layer chosen, and of the lesion that was picked. */
export function outlines(slice, look) {
  const { rows, columns } = slice;
  const trace = (values, level) => outline(values, rows, columns, level);
  const chosen = look.selected
    ? [{ path: trace(maskEqual(slice.labels, look.selected + 1), 0.5), color: SELECTED }]
    : [];
  if (look.style === "off") return chosen;
  if (look.layer !== "labels") {
    const level = Math.max(1, look.threshold * 255);
    return [{ path: trace(slice[look.layer], level), color: "#fff" }, ...chosen];
  }
  if (look.style !== "contour") return chosen;
  return [
    { path: trace(maskOf(slice.labels, 1), 0.5), color: css(look.colors.liver) },
    { path: trace(maskOf(slice.labels, 2), 0.5), color: css(look.colors.tumor) },
    ...chosen,
  ];
}

/** Stroke a path given in image coordinates with lines of constant width. */
export function stroke(context, { path, color }, placed, pixel) {
  const onScreen = new Path2D();
  onScreen.addPath(path, placed);
  context.lineCap = "round";
  // A dark line below keeps the color legible on bright tissue.
  for (const [style, width] of [["rgb(0 0 0 / 35%)", 3.2], [color, 2]]) {
    context.strokeStyle = style;
    context.lineWidth = width * pixel;
    context.stroke(onScreen);
  }
}

/** Lines through (x, y), open in the middle so that the voxel stays visible. */
export function crosshair(context, x, y, pixel) {
  const { width, height } = context.canvas;
  const gap = 9 * pixel;
  const path = new Path2D();
  for (const [fromX, fromY, toX, toY] of [
    [0, y, x - gap, y],
    [x + gap, y, width, y],
    [x, 0, x, y - gap],
    [x, y + gap, x, height],
  ]) {
    path.moveTo(fromX, fromY);
    path.lineTo(toX, toY);
  }
  for (const [style, wide] of [["rgb(0 0 0 / 40%)", 2.4], ["rgb(255 214 102 / 85%)", 1]]) {
    context.strokeStyle = style;
    context.lineWidth = wide * pixel;
    context.stroke(path);
  }
}
