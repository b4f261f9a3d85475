// @ts-check
/**
 * Keeps answers safe on a bad connection: each is put into a queue on the device when it is chosen, and sent at once or as
 * soon as there is a connection. All questions are loaded in advance. Without this script plain forms do the same work.
 */

/** @typedef {{ level: string, answeredAt: number }} Queued */

const prefix = "answers:";
const tryAgainMilliseconds = 5000;

/**
 * @param {string} assessment
 * @returns {Record<string, Queued>} by question
 */
function queueOf(assessment) {
  try {
    return JSON.parse(localStorage.getItem(prefix + assessment) ?? "{}");
  } catch {
    return {};
  }
}

/**
 * @param {string} assessment
 * @param {Record<string, Queued>} queue
 */
function keep(assessment, queue) {
  try {
    if (Object.keys(queue).length === 0) localStorage.removeItem(prefix + assessment);
    else localStorage.setItem(prefix + assessment, JSON.stringify(queue));
  } catch {
    // A browser that stores nothing can still send the form.
  }
}

function waitingAssessments() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  } catch {
    return [];
  }
}

/** @param {"saved" | "waiting" | "signedOut" | ""} state */
function tell(state) {
  /** @type {HTMLElement | null} */
  const line = document.querySelector(".sync[data-waiting]");
  if (line === null) return;
  line.textContent = state === "" ? "" : (line.dataset[state] ?? "");
  line.toggleAttribute("data-trouble", state === "waiting" || state === "signedOut");
}

/** @type {Promise<boolean>} */
let sending = Promise.resolve(true);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @returns {Promise<boolean>} whether all answers were sent */
function send() {
  sending = sending.then(sendAll);
  return sending;
}

async function sendAll() {
  clearTimeout(timer);
  let done = true;
  try {
    for (const assessment of waitingAssessments()) {
      const answers = Object.entries(queueOf(assessment)).map(([question, queued]) => ({
        question,
        ...queued,
      }));
      const response = await fetch("/diagnostic/answers", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ assessment, answers }),
      });
      if (response.status === 401) {
        done = false;
        tell("signedOut");
        continue;
      }
      // Another account's answers wait for their owner.
      if (response.status === 404) continue;
      // 409 and 422: the assessment was completed since, or the questionnaire has changed.
      if (!response.ok && response.status !== 409 && response.status !== 422)
        throw new Error(String(response.status));
      // An answer that was changed while this one was being sent stays in the queue.
      const now = queueOf(assessment);
      for (const { question, answeredAt } of answers)
        if (now[question]?.answeredAt === answeredAt) delete now[question];
      keep(assessment, now);
      if (response.ok) tell("saved");
    }
  } catch {
    done = false;
    tell("waiting");
    timer = setTimeout(send, tryAgainMilliseconds);
  }
  return done;
}

/** @param {HTMLElement} section */
function choose(section) {
  /** @type {HTMLInputElement | null} */
  const chosen = section.querySelector("input[name=level]:checked");
  const { question, assessment } = section.dataset;
  if (chosen === null || question === undefined || assessment === undefined) return false;
  keep(assessment, { ...queueOf(assessment), [question]: { level: chosen.value, answeredAt: Date.now() } });
  return true;
}

/** @type {Map<string, HTMLElement>} by path */
const sections = new Map();

/** @param {HTMLElement} section */
function remember(section) {
  const path = new URL(section.querySelector("form")?.action ?? "", location.href).pathname;
  if (!sections.has(path)) sections.set(path, section);
  const { question = "", assessment = "" } = section.dataset;
  const queued = queueOf(assessment)[question];
  if (queued === undefined) return;
  /** @type {HTMLInputElement | null} */
  const input = section.querySelector(`input[name=level][value="${CSS.escape(queued.level)}"]`);
  if (input !== null) input.checked = true;
}

/** Loads all questions, so that the next ones need no connection. */
async function fetchSheet() {
  const response = await fetch("/diagnostic/sheet");
  if (!response.ok) return;
  const sheet = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const section of sheet.querySelectorAll("section.question"))
    remember(/** @type {HTMLElement} */ (document.importNode(section, true)));
}

/**
 * @param {string} path
 * @returns {boolean} whether the question was loaded already
 */
function show(path) {
  const next = sections.get(path);
  const current = document.querySelector("section.question");
  if (next === undefined || current === null) return false;
  current.replaceWith(next);
  const programme = document.title.split(" – ").slice(1).join(" – ");
  document.title = `${next.dataset.title ?? ""} – ${programme}`;
  tell("");
  scrollTo(0, 0);
  next.querySelector("h1")?.focus();
  return true;
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  /** @type {HTMLElement | null} */
  const section = form.closest("section.question");
  if (section === null || form.elements.namedItem("from") !== null || !choose(section)) return;
  event.preventDefault();
  const sent = send();
  const next = new URL(section.dataset.next ?? "", location.href).pathname;
  if (show(next)) {
    history.pushState(null, "", next);
    return;
  }
  // The server renders the check of all answers: it must have them first.
  if (await sent) location.assign(next);
}

/** @type {HTMLElement | null} */
const first = document.querySelector("section.question");
if (first !== null) {
  remember(first);
  fetchSheet().catch(() => undefined);
  document.addEventListener("change", (event) => {
    const section = /** @type {HTMLElement} */ (event.target).closest("section.question");
    if (section instanceof HTMLElement && choose(section)) send();
  });
  document.addEventListener("submit", submit);
  addEventListener("popstate", () => {
    if (!show(location.pathname)) location.reload();
  });
}
addEventListener("online", () => send());
if (waitingAssessments().length > 0) send();
