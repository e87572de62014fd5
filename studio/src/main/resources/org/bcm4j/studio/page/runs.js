// Training runs, live: losses by term, N, rate, speed, sample sheets over time; two runs beside each other.
import { attempt, call, element, latest, picture } from "./client.js";

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = ["#1f6feb", "#d1730a", "#2e9e5b", "#b3369c", "#8a6d00", "#c03030", "#12858f", "#6e7781"];
const WIDTH = 420;
const HEIGHT = 200;
const LEFT = 52;
const GROUPS = [
  ["Losses", (name) => name.startsWith("loss/") && name !== "loss/total", true],
  ["Total loss", (name) => name === "loss/total", true],
  ["Learning rate", (name) => name === "learning_rate", false],
  ["N, grid points", (name) => name === "points", false],
  ["Images a second", (name) => name === "images_per_second", false],
];

function draw(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A chart of lines [{ name, points: [[step, value]], dashed }]. */
function chart(title, lines, logarithmic) {
  const all = lines.flatMap((line) => line.points);
  const figure = element("figure", { className: "chart" }, element("figcaption", { textContent: title }));
  if (all.length === 0) return figure;
  const scaled = (value) => (logarithmic ? Math.log10(Math.max(value, 1e-12)) : value);
  const steps = all.map(([step]) => step);
  const values = all.map(([, value]) => scaled(value)).filter(Number.isFinite);
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (step) => LEFT + (WIDTH - LEFT - 8) * (step - first) / Math.max(1, last - first);
  const y = (value) => 8 + (HEIGHT - 30) * (1 - (scaled(value) - low) / Math.max(1e-12, high - low));
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title} by step` });
  const shown = (place) => Number((logarithmic ? 10 ** place : place).toPrecision(3)).toString();
  svg.append(
    draw("text", { x: LEFT - 4, y: 14, "text-anchor": "end" }, shown(high)),
    draw("text", { x: LEFT - 4, y: HEIGHT - 22, "text-anchor": "end" }, shown(low)),
    draw("text", { x: LEFT, y: HEIGHT - 6 }, first.toLocaleString("en")),
    draw("text", { x: WIDTH - 8, y: HEIGHT - 6, "text-anchor": "end" }, `step ${last.toLocaleString("en")}`));
  lines.forEach((line, number) => {
    const path = line.points.filter(([, value]) => Number.isFinite(value)).map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
    svg.append(draw("polyline", { points: path.join(" "), fill: "none", stroke: COLOURS[number % COLOURS.length],
      "stroke-width": 1.5, "stroke-dasharray": line.dashed ? "5 4" : "none" }));
  });
  const legend = element("ul", { className: "legend" }, ...lines.map((line, number) => {
    const mark = element("span", { className: "mark" });
    mark.style.background = COLOURS[number % COLOURS.length];
    return element("li", {}, mark, line.name);
  }));
  figure.append(svg, legend);
  return figure;
}

export function runs(studio) {
  const first = document.getElementById("run");
  const second = document.getElementById("other-run");
  const charts = document.getElementById("charts");
  const state = document.getElementById("run-state");
  const sheet = document.getElementById("sheet");
  const slider = document.getElementById("sheet-step");
  const caption = document.getElementById("sheet-caption");
  const noise = document.getElementById("run-noise");
  const known = new Map(); // what has been told of each run that is shown
  let timer;
  let newest;

  async function list() {
    const { runs: names } = await call("GET", "/api/v1/runs");
    document.getElementById("no-runs").hidden = names.length > 0;
    document.getElementById("some-runs").hidden = names.length === 0;
    const options = () => names.map((name) => element("option", { value: name, textContent: name }));
    if ([...first.options].map((option) => option.value).join("\n") !== names.join("\n")) {
      const [one, other] = [first.value, second.value];
      first.replaceChildren(...options());
      second.replaceChildren(element("option", { value: "", textContent: "none" }), ...options());
      if (names.includes(one)) first.value = one;
      if (names.includes(other)) second.value = other;
    }
    return names.length > 0;
  }

  function lines(run, dashed, wanted, suffix) {
    const names = [...new Set(run.points.flatMap((point) => Object.keys(point.values)))].filter(wanted);
    return names.map((name) => ({
      name: name.replace("loss/", "") + suffix,
      dashed,
      points: run.points.filter((point) => point.values[name] !== undefined).map((point) => [point.step, point.values[name]]),
    }));
  }

  /** A run; of its points, only those are fetched that came since. */
  async function tell(name) {
    const before = known.get(name);
    const after = before ? `?after=${encodeURIComponent(before.cursor)}` : "";
    const run = await call("GET", `/api/v1/runs/${encodeURIComponent(name)}${after}`);
    if (!run.whole) run.points = [...before.points, ...run.points];
    known.set(name, run);
    return run;
  }

  // One at a time: points must not be added twice.
  const show = latest(async () => {
    try {
      await showBoth();
      state.classList.remove("wrong");
    } catch (error) {
      showNothing(error.message);
    }
  });

  /** What was shown is of another run, or of another time. */
  function showNothing(reason) {
    state.textContent = reason;
    state.classList.add("wrong");
    charts.replaceChildren();
    newest = undefined;
    document.getElementById("sheets").hidden = true;
  }

  async function showBoth() {
    if (!await list()) return;
    const run = await tell(first.value);
    const other = second.value ? await tell(second.value) : undefined;
    state.textContent = `step ${run.step.toLocaleString("en")}${run.total ? ` of ${run.total.toLocaleString("en")}` : ""}, `
      + (run.running ? `running, last line ${Math.round(run.age)} s ago` : "not running");
    document.getElementById("run-stop").disabled = !run.running;
    document.getElementById("run-resume").disabled = run.running || run.step >= run.total;
    charts.replaceChildren(...GROUPS.map(([title, wanted, logarithmic]) => chart(title, [
      ...lines(run, false, wanted, other ? ` (${run.name})` : ""),
      ...(other ? lines(other, true, wanted, ` (${other.name})`) : []),
    ], logarithmic)));
    const atEnd = slider.value === slider.max;
    slider.max = Math.max(0, run.sheets.length - 1);
    if (atEnd || newest?.name !== run.name) slider.value = slider.max;
    newest = run;
    await showSheet();
  }

  // One at a time: the sheet that was asked for last is the one that is shown.
  const showSheet = latest(async () => {
    const step = newest?.sheets[slider.value];
    document.getElementById("sheets").hidden = step === undefined;
    const wanted = `${newest?.name} ${step}`;
    if (step === undefined || sheet.dataset.shown === wanted) return;
    const address = await picture(`/api/v1/runs/${encodeURIComponent(newest.name)}/samples/${step}`);
    URL.revokeObjectURL(sheet.src);
    sheet.src = address;
    sheet.dataset.shown = wanted;
    caption.textContent = `samples after step ${step.toLocaleString("en")}`;
  });

  /** The button cannot be clicked again before what came of it is shown. */
  async function act({ target }, verb, text) {
    target.disabled = true;
    await attempt(text, () => call("POST", `/api/v1/runs/${encodeURIComponent(first.value)}/${verb}`));
    await show();
  }

  document.getElementById("run-stop").addEventListener("click", (event) => act(event, "stop", "Asking the run to stop"));
  document.getElementById("run-resume").addEventListener("click", (event) => act(event, "resume", "Continuing the run"));
  document.getElementById("run-measure").addEventListener("click", async () => {
    const name = first.value;
    const found = await attempt("Measuring the noise of 64 test images", () => call("POST", `/api/v1/runs/${encodeURIComponent(name)}/noise`));
    if (!found || first.value !== name) return;
    noise.textContent = ["mean", "standard_deviation", "excess_kurtosis", "autocorrelation", "image_correlation"]
      .map((key) => `${key.replaceAll("_", " ")} ${found.figures[key].toFixed(3)} (drawn ${found.drawn_figures[key].toFixed(3)})`).join(", ");
  });
  slider.addEventListener("input", showSheet);
  first.addEventListener("change", () => { noise.textContent = ""; show(); });
  second.addEventListener("change", show);
  studio.onShow("runs", () => {
    show();
    clearInterval(timer);
    timer = setInterval(() => {
      if (document.getElementById("runs").hidden || document.hidden) return;
      show();
    }, 3000);
  });
}
