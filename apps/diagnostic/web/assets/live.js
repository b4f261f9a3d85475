// @ts-check
/** Keeps the values of machines on the page up to date: by server-sent events, otherwise by asking every few seconds. */

/** @typedef {{ texts: Record<string, string>, states: Record<string, [state: string, name: string]> }} LiveTexts */

const askEveryMilliseconds = 5000;
/** After this many failures in a row the page stops listening to the stream and asks instead. */
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
  showNewChannels(Object.keys(texts));
}

/**
 * A machine's page has no place for a channel that it sends for the first time: it is loaded again, once for each.
 * @param {string[]} keys
 */
function showNewChannels(keys) {
  /** @type {HTMLElement | null} */
  const machine = document.querySelector("[data-channels-of]");
  if (machine === null) return;
  const unseen = keys.find(
    (key) =>
      key.startsWith(`${machine.dataset.channelsOf}/`) &&
      // The state is shown in its own place, not among the values.
      !(key.endsWith("/state") && document.querySelector(".values") !== null) &&
      document.querySelector(`[data-live="${CSS.escape(key)}"]`) === null &&
      sessionStorage.getItem(`loaded for ${key}`) === null,
  );
  if (unseen === undefined) return;
  sessionStorage.setItem(`loaded for ${unseen}`, "");
  location.reload();
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
  // A page that the user left must hold no stream, in the browser's back cache neither.
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
