/* Without a network a page answers in words instead of the browser's error. Nothing about anybody is stored. */
const KEEP = "field-offline-1";
const OFFLINE = "{{ offline|escapejs }}";
const STYLE = "{{ style|escapejs }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEEP).then((cache) => cache.addAll([OFFLINE, STYLE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name.startsWith("field-") && name !== KEEP).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (new URL(request.url).pathname === new URL(STYLE, self.location).pathname)
    event.respondWith(fetch(request).catch(() => caches.match(STYLE)));
});
