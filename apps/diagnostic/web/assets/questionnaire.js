// @ts-check
/**
 * Keeps answers safe on a bad connection: each is put into a queue on the device when it is chosen, and sent at once or as
 * soon as there is a connection. All questions are loaded in advance. Without this script plain forms do the same work.
 */

/** @typedef {{ level: string, answeredAt: number, text?: string }} Queued `text` is the question's, to name it by. */

const prefix = "answers:";
const tryAgainMilliseconds = 5000;
/** A line that went dead says nothing: then the delivery counts as failed. */
const longestDeliveryMilliseconds = 10_000;

/**
 * @param {string} assessment
 * @returns {Record<string, Queued>} by question
 */
function queueOf(assessment) {
  try {
    const queue = JSON.parse(localStorage.getItem(prefix + assessment) ?? "{}");
    return typeof queue === "object" && queue !== null ? queue : {};
  } catch {
    return {};
  }
}

/**
 * @param {string} assessment
 * @param {Record<string, Queued>} queue
 * @returns {boolean} false in a browser that stores nothing: it can still send the form
 */
function keep(assessment, queue) {
  try {
    if (Object.keys(queue).length === 0) localStorage.removeItem(prefix + assessment);
    else localStorage.setItem(prefix + assessment, JSON.stringify(queue));
    return true;
  } catch {
    return false;
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
  /** @type {("saved" | "waiting" | "signedOut" | "")[]} */
  const outcomes = [];
  for (const assessment of waitingAssessments())
    outcomes.push(await deliver(assessment).catch(() => /** @type {const} */ ("waiting")));
  showNotKept();
  const outcome = /** @type {const} */ (["waiting", "signedOut", "saved"]).find((one) =>
    outcomes.includes(one),
  );
  if (outcome !== undefined) tell(outcome);
  if (outcome === "waiting") timer = setTimeout(send, tryAgainMilliseconds);
  return outcome !== "waiting" && outcome !== "signedOut";
}

/**
 * Answers that the server does not keep, as `assessment/question/time`. They stay in the queue until their owner answers
 * anew or removes them, and are sent again with the next page.
 * @type {Set<string>}
 */
const refused = new Set();

/**
 * Sends the answers of one assessment. Only those leave the queue that the server says it holds.
 * @param {string} assessment
 * @returns {Promise<"saved" | "waiting" | "signedOut" | "">}
 */
async function deliver(assessment) {
  const answers = Object.entries(queueOf(assessment))
    .map(([question, queued]) => ({ question, level: queued?.level, answeredAt: queued?.answeredAt }))
    .filter(({ question, answeredAt }) => !refused.has(`${assessment}/${question}/${answeredAt}`));
  if (answers.length === 0) return "";
  const response = await fetch("/diagnostic/answers", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ assessment, answers }),
    signal: AbortSignal.timeout(longestDeliveryMilliseconds),
  });
  if (response.status === 401) return "signedOut";
  // Another account's answers wait for their owner.
  if (response.status === 404) return "";
  // 409, 410 and 422: the assessment was completed or erased since, or the server can't read what was sent.
  const isRefused = [409, 410, 422].includes(response.status);
  if (!response.ok && !isRefused) return "waiting";
  // A network's own sign-in page answers everything with 200: only the app's list counts.
  const saved = isRefused ? [] : (await response.json()).saved;
  if (!Array.isArray(saved)) return "waiting";
  const now = queueOf(assessment);
  for (const { question, answeredAt } of answers) {
    // An answer that was changed while this one was being sent stays in the queue.
    if (now[question]?.answeredAt !== answeredAt) continue;
    if (saved.includes(question)) delete now[question];
    else refused.add(`${assessment}/${question}/${answeredAt}`);
  }
  keep(assessment, now);
  return saved.length > 0 ? "saved" : "";
}

/** Names the answers that the server does not keep, and lets their owner remove them. */
function showNotKept() {
  const lost = waitingAssessments().flatMap((assessment) =>
    Object.entries(queueOf(assessment))
      .filter(([question, queued]) => refused.has(`${assessment}/${question}/${queued?.answeredAt}`))
      .map(([question, queued]) => ({ assessment, question, text: queued?.text ?? question })),
  );
  /** @type {HTMLElement | null} */
  const notice = document.querySelector(".not-kept");
  if (notice === null) return;
  notice.hidden = lost.length === 0;
  const items = lost.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text }));
  notice.querySelector("ul")?.replaceChildren(...items);
  const button = notice.querySelector("button");
  if (button === null) return;
  button.onclick = () => {
    for (const { assessment, question } of lost) {
      const { [question]: _, ...others } = queueOf(assessment);
      keep(assessment, others);
    }
    showNotKept();
  };
}

/**
 * @param {HTMLElement} section
 * @returns {boolean} whether an answer is chosen and kept in the queue
 */
function choose(section) {
  /** @type {HTMLInputElement | null} */
  const chosen = section.querySelector("input[name=level]:checked");
  const { question, assessment } = section.dataset;
  if (chosen === null || question === undefined || assessment === undefined) return false;
  const text = section.querySelector("h1")?.textContent ?? question;
  const queued = { level: chosen.value, answeredAt: Date.now(), text };
  return keep(assessment, { ...queueOf(assessment), [question]: queued });
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

const checkPath = "/diagnostic/check";

/** Loads all questions and the check of the answers, so that the next ones need no connection. */
async function fetchSheet() {
  const response = await fetch("/diagnostic/sheet");
  if (!response.ok) return;
  const sheet = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const section of sheet.querySelectorAll("section.question"))
    remember(/** @type {HTMLElement} */ (document.importNode(section, true)));
  const check = sheet.querySelector("section.check");
  if (check !== null) sections.set(checkPath, /** @type {HTMLElement} */ (document.importNode(check, true)));
}

/**
 * @param {string} path
 * @returns {boolean} whether the page was loaded already
 */
function show(path) {
  const next = sections.get(path);
  const current = document.querySelector("section.question, section.check");
  if (next === undefined || current === null) return false;
  if (path === checkPath) fillCheck(next);
  current.replaceWith(next);
  const programme = document.title.split(" – ").slice(1).join(" – ");
  document.title = `${next.dataset.title ?? ""} – ${programme}`;
  tell("");
  showNotKept();
  scrollTo(0, 0);
  next.querySelector("h1")?.focus();
  return true;
}

/**
 * Writes what is chosen in the questions into the check of all answers.
 * @param {HTMLElement} check
 */
function fillCheck(check) {
  for (const section of sections.values()) {
    const { question } = section.dataset;
    if (question === undefined) continue;
    const label = section.querySelector("input[name=level]:checked + label");
    const place = check.querySelector(`#${CSS.escape(question)} dd`);
    if (label === null || place === null) continue;
    place.textContent = label.textContent;
    place.classList.remove("missing");
  }
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.closest("section.check") !== null) return complete(event, form);
  /** @type {HTMLElement | null} */
  const section = form.closest("section.question");
  if (section === null || form.elements.namedItem("from") !== null || !choose(section)) return;
  event.preventDefault();
  const sent = send();
  const next = new URL(section.dataset.next ?? "", location.href).pathname;
  // The server renders the check of all answers, once it has them; without a connection they wait and it is shown from here.
  if (next === checkPath && navigator.onLine && (await sent)) location.assign(next);
  else if (show(next)) {
    history.pushState(null, "", next);
    if (next === checkPath) send();
  }
}

/**
 * The result is made of the answers that the server has: those that wait go first.
 * @param {SubmitEvent} event
 * @param {HTMLFormElement} form
 */
async function complete(event, form) {
  event.preventDefault();
  if (await send()) form.submit();
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
  addEventListener("popstate", () => {
    if (!show(location.pathname)) location.reload();
  });
}
document.addEventListener("submit", submit);
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLElement} */ (event.target).closest("section.question a, section.check a");
  if (navigator.onLine || !(link instanceof HTMLAnchorElement) || !show(link.pathname)) return;
  event.preventDefault();
  history.pushState(null, "", link.pathname);
});
addEventListener("online", () => send());
if (waitingAssessments().length > 0) send();
