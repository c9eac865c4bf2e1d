"use strict";
// Pointing at a sentence shows the facts it says: their rows, and the lesion on the pictures.
(() => {
  const matches = (sentence) => {
    const facts = new Set((sentence.dataset.facts || "").split(" "));
    const lesion = sentence.dataset.lesion;
    return [...document.querySelectorAll("[data-fact], [data-place]")].filter(
      (it) => facts.has(it.dataset.fact) || (lesion && it.dataset.place === lesion),
    );
  };
  const mark = (sentence, on) => matches(sentence).forEach((it) => it.classList.toggle("found", on));
  for (const sentence of document.querySelectorAll(".sentence")) {
    for (const name of ["mouseenter", "focus"]) sentence.addEventListener(name, () => mark(sentence, true));
    for (const name of ["mouseleave", "blur"]) sentence.addEventListener(name, () => mark(sentence, false));
  }
})();
