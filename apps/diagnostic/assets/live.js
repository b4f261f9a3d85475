// @ts-check
/** Keeps the values of machines on the page up to date: by server-sent events, else by asking every few seconds. */

/** @typedef {{ texts: Record<string, string>, states: Record<string, [state: string, name: string]> }} LiveTexts */

const askEveryMilliseconds = 5000;
/** After so many failures in a row the stream is given up for asking. */
const failuresAllowed = 3;

/** @type {HTMLElement | null} */
const status = document.querySelector("[data-live-status]");

/** @param {LiveTexts} live */
function show({ texts, states }) {
  for (const [key, text] of Object.entries(texts)) {
    for (const cell of document.querySelectorAll(`[data-live="${CSS.escape(key)}"]`))
      if (cell.textContent !== text) cell.textContent = text;
  }
  for (const [key, [state, name]] of Object.entries(states)) {
    for (const cell of document.querySelectorAll(`[data-state-of="${CSS.escape(key)}"]`)) {
      cell.setAttribute("data-state", state);
      if (cell.textContent !== name) cell.textContent = name;
    }
  }
}

/** @param {boolean} lost */
function tell(lost) {
  if (status === null) return;
  const text = lost ? (status.dataset.lost ?? "") : "";
  status.toggleAttribute("data-trouble", lost);
  if (status.textContent !== text) status.textContent = text;
}

function listen() {
  let failures = 0;
  const source = new EventSource("/machines/live");
  source.addEventListener("values", (event) => {
    failures = 0;
    tell(false);
    show(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (failures > 1) tell(true);
    if (failures < failuresAllowed && source.readyState !== EventSource.CLOSED) return;
    source.close();
    ask();
  });
  // A page that is left must not hold a stream, nor keep it in the browser's back cache.
  addEventListener("pagehide", () => source.close(), { once: true });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

async function ask() {
  try {
    if (document.visibilityState === "visible") {
      const response = await fetch("/machines/values", { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      show(await response.json());
      tell(false);
    }
  } catch {
    tell(true);
  }
  setTimeout(ask, askEveryMilliseconds);
}

if (document.querySelector("[data-live], [data-state-of]") !== null) {
  if ("EventSource" in window) listen();
  else ask();
}
