/* Reporting from a phone with a bad signal: the form is sent in the background, so that words and photos stay
   where they are until the answer comes. The words alone are also kept on the phone for 72 hours, under a name
   that says nothing, and wiped when the report has arrived. Without this script the form works as any other. */

const HOURS_72 = 72 * 3600 * 1000;
const PREFIX = "field-draft:";
const KEPT = ["text", "address", "note", "unit", "lon", "lat"];

const form = document.getElementById("report");
const status = form.querySelector("[data-status]");
const button = form.querySelector(".fd-send button");
const name = PREFIX + form.dataset.draft;
const field = (key) => form.elements.namedItem(key);
const category = () => form.querySelector("input[name=category]:checked");
document.documentElement.classList.add("fd-ready");

/* ---- the draft ---- */

const store = (act) => {
  try {
    return act(window.localStorage);
  } catch {
    return null; // private mode: the page itself still holds everything
  }
};

const read = () =>
  store((kept) => {
    const draft = JSON.parse(kept.getItem(name) || "null");
    return draft && Date.now() - draft.at < HOURS_72 ? draft : null;
  });

const wipe = () => store((kept) => kept.removeItem(name));

const typed = () => ({
  ...Object.fromEntries(KEPT.map((key) => [key, field(key)?.value || ""])),
  category: category()?.value || "",
  answers: [...new FormData(form)].filter(([key]) => key.startsWith("q-")),
  settled: Boolean(field("settled")?.checked),
});

const isEmpty = (draft) => !draft.text && !draft.category && !draft.address && !draft.note && !draft.settled && !draft.lon;

const keep = () => {
  const draft = typed();
  if (isEmpty(draft)) wipe();
  else store((kept) => kept.setItem(name, JSON.stringify({ ...draft, key: field("submission_key").value, at: Date.now() })));
};

const put = (draft) => {
  for (const key of KEPT) {
    const input = field(key);
    if (!input || !draft[key]) continue;
    if (input.tagName === "SELECT" && ![...input.options].some((option) => option.value === draft[key])) continue;
    input.value = draft[key];
  }
  if (field("settled")) field("settled").checked = draft.settled;
  for (const box of form.querySelectorAll("input[name=category]")) box.checked = box.value === draft.category;
  field("submission_key").value = draft.key;
};

/* The questions of the kind are fetched again; what was answered is put into them when they are there. */
const putAnswers = (draft) => {
  const chosen = category();
  if (!chosen || !draft.answers?.length) return;
  const fill = () => {
    for (const [key, value] of draft.answers) {
      for (const box of form.querySelectorAll(`[name="${CSS.escape(key)}"]`)) {
        if (["radio", "checkbox"].includes(box.type)) box.checked ||= box.value === value;
        else box.value = value;
      }
    }
  };
  document.addEventListener("htmx:afterSettle", fill, { once: true });
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
};

const restore = () => {
  const draft = read();
  if (!draft || document.querySelector("#report-problems .ww-notice") || !isEmpty(typed())) return;
  put(draft);
  putAnswers(draft);
  document.getElementById("report-draft").hidden = false;
};

document.querySelector("[data-draft-drop]").addEventListener("click", () => {
  wipe();
  window.location.reload();
});

/* ---- kinds ---- */

const all = form.querySelector("[data-all]");
const notSettleable = form.querySelector("[data-not-settleable]");

const showKind = () => {
  const chosen = category();
  if (chosen && all.contains(chosen)) all.open = true;
  const settled = field("settled");
  if (!settled) return;
  const possible = !chosen || chosen.hasAttribute("data-settles");
  if (!possible) settled.checked = false;
  settled.disabled = !possible;
  notSettleable.hidden = possible;
};

/* ---- photos from the library join those of the camera ---- */

const camera = document.getElementById("id_photos");
form.querySelector("[data-library]").addEventListener("change", ({ target }) => {
  if (!target.files.length || !camera.closest("[data-ready]")) return;
  const box = new DataTransfer();
  for (const file of target.files) box.items.add(file);
  camera.files = box.files;
  camera.dispatchEvent(new Event("change", { bubbles: true }));
  target.value = "";
});

/* ---- the point ---- */

const point = form.querySelector("[data-point]");
const showPoint = () => {
  point.hidden = !field("lon").value || !field("lat").value;
};
form.querySelector("[data-point-drop]").addEventListener("click", () => {
  for (const key of ["lon", "lat"]) field(key).value = "";
  showPoint();
  keep();
});

/* ---- sending ---- */

const unsent = (count) => document.dispatchEvent(new CustomEvent("ui:unsent", { detail: { count } }));

const say = (words) => {
  status.textContent = words;
};

const waiting = (yes) => {
  button.disabled = yes;
  form.toggleAttribute("aria-busy", yes);
};

const notArrived = (words) => {
  keep();
  unsent(1);
  say(words);
};

/* The page answered with problems: they come to the top, and everything typed or photographed stays. Questions
   that a bad signal kept from being asked come with it, and with what was answered already. */
const showProblems = async (response) => {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const problems = page.getElementById("report-problems");
  if (!problems) return notArrived(form.dataset.wordBusy);
  const here = document.getElementById("report-problems");
  here.replaceChildren(...problems.childNodes);
  document.getElementById("questions").replaceChildren(...page.getElementById("questions").childNodes);
  field("submission_key").value = page.querySelector("#report [name=submission_key]").value;
  keep();
  say("");
  here.scrollIntoView({ block: "center" });
  here.focus({ preventScroll: true });
  return undefined;
};

const answered = async (response) => {
  if (response.status === 201) {
    wipe();
    unsent(0);
    window.location.assign((await response.json()).href);
    return true;
  }
  if (response.status === 401) notArrived(form.dataset.wordSignedOut);
  else if (response.status < 500) await showProblems(response);
  else notArrived(form.dataset.wordBusy);
  return false;
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  waiting(true);
  say(form.dataset.wordSending);
  keep();
  let leaving = false;
  try {
    leaving = await answered(
      await fetch(form.action || window.location.href, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
      }),
    );
  } catch {
    notArrived(form.dataset.wordLost);
  }
  if (!leaving) waiting(false);
});

window.addEventListener("online", () => {
  if (status.textContent === form.dataset.wordLost) say(form.dataset.wordBack);
});
window.addEventListener("pageshow", () => waiting(false));

form.addEventListener("input", keep);
form.addEventListener("change", () => {
  showKind();
  showPoint();
  keep();
});

restore();
showKind();
showPoint();
