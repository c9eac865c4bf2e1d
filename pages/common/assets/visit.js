// Names this tab's visit to the server, so that a reload finds what was open. The name is random,
// lies in the tab's own storage and goes with the tab. On a phone it also folds the menu after a
// choice, which Streamlit leaves open over the page.
const KEY = "hepatoscope-visit";

function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const NARROW = 768;
let page = null;

function foldMenu(shown) {
  const changed = page !== null && page !== shown;
  page = shown;
  if (!changed || window.innerWidth > NARROW) return;
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

// The first page that a server is ever asked for is looked for in its folder of pages, by a rule of
// older versions of Streamlit, and not found there, before the menu names it.
function closeFalseAlarm() {
  for (const dialog of document.querySelectorAll("[role=dialog]"))
    if (dialog.textContent.includes("Page not found"))
      dialog.querySelector("button[aria-label=Close], button")?.click();
}

export default function ({ data, setStateValue }) {
  let name = sessionStorage.getItem(KEY);
  // A tab that was duplicated has the name of another one that is open.
  if (!name || data.taken === name) {
    name = newName();
    sessionStorage.setItem(KEY, name);
  }
  foldMenu(data.page);
  closeFalseAlarm();
  if (data.known !== name) setStateValue("name", name);
}
