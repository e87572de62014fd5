// New images: a grid that fills as batches finish, and what can be done with one of them.
import { ask, attempt, element, png, say, stream } from "./client.js";
import { source } from "./source.js";

export function generate(studio) {
  const form = document.getElementById("generate-form");
  const grid = document.getElementById("generated");
  const stop = document.getElementById("generate-stop");
  const command = document.getElementById("generate-command");
  const kept = document.getElementById("kept");
  let running;

  function request() {
    const walk = form.walk.value.trim();
    return {
      label: form.label.value,
      count: Number(form.count.value),
      steps: walk ? undefined : Number(form.steps.value),
      walk,
      seed: Number(form.seed.value),
    };
  }

  /** A picture { image, title, model, body }; body is the request that makes it alone. */
  function tile(picture) {
    const { image, title } = picture;
    const made = element("button", { type: "button", className: "tile", title },
      element("img", { src: png(image), alt: title }));
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", () => actions(made, picture));
    return made;
  }

  function actions(made, picture) {
    const { image, title } = picture;
    const place = made.parentElement;
    const closes = made.getAttribute("aria-pressed") === "true";
    place.querySelector(".actions")?.remove();
    place.querySelector("[aria-pressed=true]")?.setAttribute("aria-pressed", "false");
    if (closes) return;
    made.setAttribute("aria-pressed", "true");
    const to = (name, tab) => () => { source(name).take(image); studio.show(tab); };
    const isKept = place === kept;
    const bar = element("div", { className: "actions" },
      isKept ? action("Remove", () => remove(made, bar)) : action("Keep", () => keep(picture)),
      action("Invert", to("invert", "invert")),
      action("Interpolate from", to("first", "interpolate")),
      action("Interpolate to", to("last", "interpolate")),
      action("Edit", to("edit", "edit")),
      element("a", { href: png(image), download: `${title.replaceAll(/[^a-z0-9]+/gi, "-")}.png`, textContent: "Download" }),
      action("Copy its command", () => copy(picture)));
    let last = made; // of its row, which the bar would break otherwise
    while (last.nextElementSibling?.offsetTop === made.offsetTop) last = last.nextElementSibling;
    last.after(bar);
    bar.querySelector("button").focus();
  }

  function keep(picture) {
    kept.append(tile(picture));
    kept.parentElement.hidden = false;
    say("Kept below.");
  }

  function remove(made, bar) {
    made.remove();
    bar.remove();
    kept.parentElement.hidden = kept.children.length === 0;
  }

  async function copy({ model, body }) {
    const found = await attempt("Writing the command", () => ask(model, "sample", body));
    if (!found) return;
    tell(found.command);
    await toClipboard();
  }

  function tell(text) {
    command.querySelector("code").textContent = text;
    command.hidden = false;
  }

  async function toClipboard() {
    const { textContent } = command.querySelector("code");
    try {
      await navigator.clipboard.writeText(textContent);
      say("Copied.");
    } catch {
      say("This browser does not let a page copy; the command is shown below the images.", true);
    }
  }

  function action(text, work) {
    const made = element("button", { type: "button", textContent: text });
    made.addEventListener("click", work);
    return made;
  }

  async function fill(body, signal, heading) {
    if (heading) grid.append(element("h3", { textContent: heading }));
    let number = 0;
    let last;
    for await (const piece of stream(studio.model.name, body, signal)) {
      for (const image of piece.images) {
        grid.append(tile({
          image,
          title: `image ${number} of seed ${body.seed}`,
          model: studio.model.name,
          body: { ...body, first: number, count: 1 },
        }));
        number++;
      }
      say(`${number} of ${body.count} images`);
      last = piece;
    }
    return last;
  }

  async function run(work) {
    running?.abort();
    const own = new AbortController();
    running = own;
    const counts = () => running === own; // not after the next start
    stop.hidden = false;
    grid.replaceChildren();
    command.hidden = true;
    const last = await attempt("Generating", () => work(own.signal), counts);
    if (!counts()) return;
    stop.hidden = true;
    if (last?.command) tell(last.command);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run((signal) => fill(request(), signal));
  });
  document.getElementById("compare").addEventListener("click", () => run(async (signal) => {
    const body = { ...request(), walk: undefined, count: Math.min(8, Number(form.count.value)) };
    for (const [steps, walk] of Object.entries(studio.model.walks.sample ?? {})) {
      await fill({ ...body, steps: Number(steps) }, signal, `${steps} evaluation${steps === "1" ? "" : "s"}: ${walk}`);
    }
  }));
  studio.onModel(() => form.requestSubmit());
  stop.addEventListener("click", () => running.abort());
  command.querySelector("button").addEventListener("click", toClipboard);
}
