// The label beside the pointer, with the patch itself where there is a picture of it.

const ENLARGED = 3;

export class Tip {
  constructor(root) {
    this.element = root.querySelector("[data-tip]");
    this.text = this.element.querySelector("span");
    this.canvas = this.element.querySelector("canvas");
  }

  hide() {
    this.element.hidden = true;
  }

  show(column, row, width, index, line, token) {
    const pictures = globalThis.hepatoscopePictures?.get(token);
    const caption = pictures?.captions?.[index];
    this.text.textContent = caption ? `${caption}\n${line}` : line;
    this.canvas.hidden = !pictures?.sheet;
    if (pictures?.sheet) this.draw(pictures, index);
    this.element.hidden = false;
    const left = column + 14 + this.element.offsetWidth > width;
    this.element.style.left = `${left ? column - 14 - this.element.offsetWidth : column + 14}px`;
    this.element.style.top = `${Math.max(row - this.element.offsetHeight / 2, 0)}px`;
  }

  draw({ sheet, columns, side }, index) {
    this.canvas.width = this.canvas.height = side * ENLARGED;
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    const [x, y] = [(index % columns) * side, Math.floor(index / columns) * side];
    context.drawImage(sheet, x, y, side, side, 0, 0, side * ENLARGED, side * ENLARGED);
  }
}
