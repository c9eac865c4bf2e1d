// Names this tab's visit to the server, so that a reload finds what was open. The name is random,
// lies in the tab's own storage and goes with the tab.
const KEY = "hepatoscope-visit";

function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default function ({ data, setStateValue }) {
  let name = sessionStorage.getItem(KEY);
  // A tab that was duplicated has the name of another one that is open.
  if (!name || data.taken === name) {
    name = newName();
    sessionStorage.setItem(KEY, name);
  }
  if (data.known !== name) setStateValue("name", name);
}
