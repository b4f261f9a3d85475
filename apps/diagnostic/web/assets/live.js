// @ts-check
/** Keeps the values of machines on the page up to date: by server-sent events, otherwise by asking every few seconds. */

/** @typedef {{ texts: Record<string, string>, states: Record<string, [state: string, name: string]> }} LiveTexts */

const askEveryMilliseconds = 5000;
const longestAnswerMilliseconds = 10_000;
/** The server gives a sign of life every ten seconds. After this long without one, nothing is known of now. */
const silenceMilliseconds = 25_000;
/** After this many failures in a row the page stops listening to the stream and asks instead. */
const failuresAllowed = 3;

/** @type {HTMLElement | null} */
const status = document.querySelector("[data-live-status]");

/**
 * Where a cell's text is: a value that is kept in its own direction is in an element of its own.
 * @param {Element} cell
 */
function placeIn(cell) {
  return cell.querySelector("bdi") ?? cell;
}

/**
 * @param {Element} cell
 * @param {string} text
 */
function write(cell, text) {
  const place = placeIn(cell);
  if (place.textContent !== text) place.textContent = text;
}

/** @param {LiveTexts} live */
function show({ texts, states }) {
  for (const [key, text] of Object.entries(texts)) {
    for (const cell of document.querySelectorAll(`[data-live="${CSS.escape(key)}"]`)) write(cell, text);
  }
  for (const [key, [state, name]] of Object.entries(states)) {
    for (const cell of document.querySelectorAll(`[data-state-of="${CSS.escape(key)}"]`)) {
      cell.setAttribute("data-state", state);
      write(cell, name);
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

let heardAt = Date.now();
/**
 * What the page said of states and of the last message before the server fell silent, to be said again afterwards.
 * @type {Map<Element, [text: string | null, state: string | null]>}
 */
const before = new Map();

/** The server gave a sign of life: what is on the page, and is sent after this, is true now. */
function heard() {
  heardAt = Date.now();
  for (const [cell, [text, state]] of before) {
    write(cell, text ?? "");
    if (state !== null) cell.setAttribute("data-state", state);
  }
  before.clear();
  tell(false);
}

/** States, and when a machine was heard last, are said of now: of a time without a connection nobody knows them. */
function showUnknown() {
  tell(true);
  if (before.size > 0) return;
  for (const cell of document.querySelectorAll("[data-state-of], [data-live]")) {
    const isValue = (cell.getAttribute("data-live") ?? "").split("/").length > 2;
    if (isValue) continue;
    before.set(cell, [placeIn(cell).textContent, cell.getAttribute("data-state")]);
    write(cell, status?.dataset.unknown ?? "");
    if (cell.hasAttribute("data-state")) cell.setAttribute("data-state", "unknown");
  }
}

/** @type {EventSource | undefined} */
let source;
let failures = 0;

let openedAt = 0;

function listen() {
  openedAt = Date.now();
  source = new EventSource("/machines/live");
  source.addEventListener("values", (event) => {
    failures = 0;
    heard();
    show(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (failures > 1) tell(true);
    if (failures < failuresAllowed && source?.readyState !== EventSource.CLOSED) return;
    stopListening();
    ask();
  });
}

function stopListening() {
  source?.close();
  source = undefined;
}

async function ask() {
  try {
    if (document.visibilityState === "visible") {
      const response = await fetch("/machines/values", {
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(longestAnswerMilliseconds),
      });
      if (!response.ok) throw new Error(String(response.status));
      const live = await response.json();
      heard();
      show(live);
    }
  } catch {
    tell(true);
  }
  setTimeout(ask, askEveryMilliseconds);
}

/** A line that went dead, as on mobile, reports no error: the page notices the silence, and opens another stream. */
function watchSilence() {
  if (Date.now() - heardAt < silenceMilliseconds) return;
  showUnknown();
  if (source === undefined || Date.now() - openedAt < silenceMilliseconds) return;
  stopListening();
  listen();
}

if (document.querySelector("[data-live], [data-state-of]") !== null) {
  if ("EventSource" in window) listen();
  else ask();
  setInterval(watchSilence, 1000);
  // A page that the user left must hold no stream, in the browser's back cache neither.
  addEventListener("pagehide", stopListening, { once: true });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
