// Images between two pictures, computed ahead, so that a slider leads through them at once.
import { ask, attempt, element, latest, png, say } from "./client.js";
import { source } from "./source.js";

export function interpolate(studio) {
  const form = document.getElementById("interpolate-form");
  const slider = document.getElementById("between");
  const image = document.getElementById("between-image");
  const frames = document.getElementById("between-frames");
  let images = [];

  function show() {
    if (images.length) image.src = png(images[slider.value]);
  }

  const run = latest(async () => {
    if (!source("first").image || !source("last").image) {
      say("Choose two pictures first.", true);
      return;
    }
    const body = {
      first: source("first").image,
      last: source("last").image,
      first_label: document.getElementById("first-label").value,
      last_label: document.getElementById("last-label").value,
      frames: Number(form.frames.value),
      steps: Number(form.steps.value),
      seed: Number(form.seed.value),
    };
    const found = await attempt("Interpolating", () => ask(studio.model.name, "interpolate", body));
    if (!found) return;
    images = found.images;
    slider.max = images.length - 1;
    slider.value = Math.floor(images.length / 2);
    document.querySelector(".between").hidden = false;
    frames.replaceChildren(...images.map((each, number) => {
      const tile = element("button", { type: "button", className: "tile", title: `image ${number}` },
        element("img", { src: png(each), alt: `image ${number}` }));
      tile.addEventListener("click", () => { slider.value = number; show(); });
      return tile;
    }));
    show();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  slider.addEventListener("input", show);
}
