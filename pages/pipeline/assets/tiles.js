// Pictures to choose from: a strip of stages, a sheet of channels, or the layers of a U.

function element(tag, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

/** A picture with its two lines of text; pictures that stay are not drawn anew. */
function fill(button, tile) {
  const [face, title, note] = button.children;
  let image = face.querySelector("img");
  if (tile.image) {
    if (!image) {
      face.textContent = "";
      image = element("img", face, { alt: "" });
    }
    if (image.src !== tile.image) image.src = tile.image;
  } else {
    face.textContent = tile.sign ?? "";
  }
  title.textContent = tile.title;
  note.textContent = tile.note ?? "";
  note.hidden = !tile.note;
  button.title = tile.tip ?? "";
  button.style.gridArea = tile.place ?? "";
  button.classList.toggle("bottom", Boolean(tile.bottom));
}

function build(root, data) {
  root.replaceChildren();
  for (const tile of data.tiles) {
    const button = element("button", root, { type: "button" });
    button.dataset.tile = tile.name;
    element("span", button, { className: "face" });
    element("b", button);
    element("small", button);
  }
  for (const { text, place } of data.links ?? []) {
    element("i", root, { textContent: text }).style.gridArea = place;
  }
}

/** Bring the chosen tile of a strip into view without moving the page. */
function reveal(root, button) {
  const { left, width } = button.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  root.scrollBy({ left: left + width / 2 - frame.left - frame.width / 2, behavior: "smooth" });
}

/** Called by Streamlit at the first drawing and whenever Python has something new. */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("nav");
  const names = data.tiles.map((tile) => tile.name).join("\n");
  if (root.dataset.names !== names) {
    build(root, data);
    root.dataset.names = names;
    root.dataset.chosen = "";
  }
  root.className = `tiles ${data.layout} ${data.pixels ? "pixels" : ""}`;
  root.ariaLabel = data.label;
  const buttons = [...root.querySelectorAll("button")];
  data.tiles.forEach((tile, index) => {
    const button = buttons[index];
    fill(button, tile);
    const chosen = tile.name === data.chosen;
    chosen ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current");
    button.onclick = () => setTriggerValue("picked", tile.name);
    if (chosen && data.layout === "strip" && root.dataset.chosen !== tile.name) {
      root.dataset.chosen = tile.name;
      requestAnimationFrame(() => reveal(root, button));
    }
  });
}
