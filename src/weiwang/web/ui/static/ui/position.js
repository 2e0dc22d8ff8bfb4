/* "Use my position": the device is asked once, when the button is pressed, and never followed.
   The answer is WGS-84 and goes into two inputs, with its accuracy in words. */

const DIGITS = 6;

const start = (place) => {
  const button = place.querySelector("button");
  if (!("geolocation" in navigator) || !button.hidden) return;
  const words = place.querySelector("[role=status]");
  button.hidden = false;

  const fill = (id, degrees) => {
    const input = document.getElementById(id);
    input.value = degrees.toFixed(DIGITS);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  button.addEventListener("click", () => {
    button.disabled = true;
    words.textContent = place.dataset.wordAsking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        fill(place.dataset.lon, coords.longitude);
        fill(place.dataset.lat, coords.latitude);
        words.textContent = place.dataset.wordFound.replace("{metres}", Math.max(1, Math.round(coords.accuracy)));
        place.dispatchEvent(
          new CustomEvent("ui:position", {
            bubbles: true,
            detail: { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy },
          }),
        );
      },
      (error) => {
        button.disabled = false;
        words.textContent = error.code === error.PERMISSION_DENIED ? place.dataset.wordRefused : place.dataset.wordFailed;
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
};

const startAll = () => document.querySelectorAll("[data-position]").forEach(start);
document.addEventListener("htmx:afterSettle", startAll);
startAll();
