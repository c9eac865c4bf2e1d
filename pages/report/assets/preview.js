// The report: sentences beside the pictures. Pointing at a sentence shows its lesion on them,
// choosing it opens the facts it was made of and asks Python for its slice.

function element(tag, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  parent.append(made);
  return made;
}

function factLine(list, fact) {
  const row = element("li", list);
  const said = element("span", row, { textContent: `${fact.label}: ` });
  element("b", said, { textContent: fact.shown });
  if (fact.range) said.append(` (${fact.range})`);
  element("small", row, { textContent: [fact.origin, fact.id].filter(Boolean).join(" · ") });
}

/** What a sentence rests on, right below it; a second choice of it closes that again. */
function open(part, span, sentence) {
  const was = span.getAttribute("aria-expanded") === "true";
  for (const other of part.root.querySelectorAll(".sentence"))
    other.setAttribute("aria-expanded", "false");
  part.root.querySelector(".because")?.remove();
  part.chosen = was ? null : sentence.lesion;
  frame(part);
  if (was) return;
  span.setAttribute("aria-expanded", "true");
  const because = Object.assign(document.createElement("div"), { className: "because" });
  span.after(because);
  element("p", because, { textContent: sentence.because });
  const list = element("ul", because);
  for (const fact of sentence.facts) factLine(list, fact);
  if (sentence.slice !== null) part.send("picked", { slice: sentence.slice, at: Date.now() });
}

/** Frame the lesion pointed at, else that of the chosen sentence. */
function frame(part) {
  const lesion = part.pointed ?? part.chosen ?? null;
  for (const place of part.root.querySelectorAll(".place"))
    place.classList.toggle("found", place.dataset.lesion === `${lesion}`);
}

function point(part, lesion) {
  part.pointed = lesion;
  frame(part);
}

function sentenceOf(part, paragraph, sentence) {
  const span = element("span", paragraph, { className: "sentence", tabIndex: 0 });
  span.setAttribute("role", "button");
  span.setAttribute("aria-expanded", "false");
  span.textContent = sentence.text;
  if (sentence.lesion !== null) span.dataset.lesion = sentence.lesion;
  if (sentence.mark) {
    span.classList.add("marked");
    element("em", span, { textContent: ` [${sentence.mark}]` });
  }
  paragraph.append(" ");
  for (const kind of ["mouseenter", "focus"])
    span.addEventListener(kind, () => point(part, sentence.lesion));
  for (const kind of ["mouseleave", "blur"])
    span.addEventListener(kind, () => point(part, null));
  span.addEventListener("click", () => open(part, span, sentence));
  span.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open(part, span, sentence);
  });
}

function text(part, { title, sections }) {
  const page = part.root.querySelector(".text");
  page.replaceChildren();
  part.pointed = part.chosen = null;
  element("h2", page, { textContent: title });
  for (const { title: heading, sentences } of sections) {
    const section = element("section", page);
    element("h3", section, { textContent: heading });
    let paragraph, before;
    for (const sentence of sentences) {
      // A new paragraph for every lesion, and where its writer began one.
      if (!paragraph || sentence.begins || sentence.lesion !== before) paragraph = element("div", section);
      before = sentence.lesion;
      sentenceOf(part, paragraph, sentence);
    }
  }
}

function pictures(part, shown) {
  const column = part.root.querySelector(".pictures");
  column.replaceChildren();
  for (const picture of shown) {
    const figure = element("figure", column);
    figure.dataset.name = picture.name;
    const paper = element("div", figure, { className: "paper" });
    const sheet = element("div", paper, { className: "sheet" });
    element("img", sheet, {
      src: picture.image,
      alt: picture.alternative,
      width: picture.size[0],
      height: picture.size[1],
    });
    for (const mark of picture.marks) {
      const place = element("span", sheet, { className: "place" });
      place.dataset.lesion = mark.lesion;
      for (const side of ["left", "top", "width", "height"])
        place.style[side] = `${100 * mark[side]}%`;
    }
    element("figcaption", figure, { textContent: picture.caption });
  }
  // On a phone the column of pictures is far below the sentence.
  const because = part.root.querySelector(".because");
  const slice = column.querySelector('[data-name="slice"]');
  if (because && slice && matchMedia("(max-width: 860px)").matches) because.prepend(slice);
  frame(part);
}

/** Called by Streamlit at the first drawing and whenever Python has something new. */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".report");
  root.shown ??= { root };
  const part = root.shown;
  part.send = setTriggerValue;
  const said = JSON.stringify(data.text);
  if (part.said !== said) text(part, data.text);
  part.said = said;
  const seen = data.pictures.map((picture) => picture.image).join("\n");
  if (part.seen !== seen) pictures(part, data.pictures);
  part.seen = seen;
}
