/* Puts the small service worker of this face to work: it knows one page, the one for no network. */
const { worker } = document.getElementById("field-install").dataset;
if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => undefined);
