/* Puts the small service worker of this face to work, which knows one page: the one for no network. And what
   somebody else has left unsent on a shared phone goes, as does what is older than 72 hours. */
const { worker, draft } = document.getElementById("field-install").dataset;
if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => undefined);

const PREFIX = "field-draft:";
const HOURS_72 = 72 * 3600 * 1000;
const stays = (key) => key === PREFIX + draft && Date.now() - JSON.parse(localStorage.getItem(key)).at < HOURS_72;

try {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !stays(key)) localStorage.removeItem(key);
} catch {
  /* private mode keeps nothing anyway */
}
