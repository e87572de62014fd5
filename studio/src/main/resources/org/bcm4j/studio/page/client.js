// The API, and what all tabs share.

/** The token of a server that needs one comes in the page's fragment, which browsers do not send. */
const token = new URLSearchParams(location.hash.slice(1)).get("token");

function headers(more = {}) {
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

/** Another fragment does not load a page again. */
window.addEventListener("hashchange", () => location.reload());

async function failure(response) {
  if (response.status === 401) return new Error("This server needs its token: add #token=TOKEN to the address of this page.");
  try {
    return new Error((await response.json()).detail);
  } catch {
    return new Error(`the server answered ${response.status}`);
  }
}

export async function models() {
  const response = await fetch("/api/v1/models", { headers: headers() });
  if (!response.ok) throw await failure(response);
  return (await response.json()).models;
}

export async function ask(model, task, body, signal) {
  const response = await fetch(`/api/v1/models/${encodeURIComponent(model)}/${task}`, {
    method: "POST",
    headers: headers({ "Content-Type": "application/json" }),
    body: JSON.stringify(given(body)),
    signal,
  });
  if (!response.ok) throw await failure(response);
  return response.json();
}

/** Any other path of the API. */
export async function call(method, path) {
  const response = await fetch(path, { method, headers: headers() });
  if (!response.ok) throw await failure(response);
  return response.json();
}

/** A picture of the API, as an address for an image. */
export async function picture(path) {
  const response = await fetch(path, { headers: headers() });
  if (!response.ok) throw await failure(response);
  return URL.createObjectURL(await response.blob());
}

/** Images as they are made. */
export async function* stream(model, body, signal) {
  const response = await fetch(`/api/v1/models/${encodeURIComponent(model)}/sample`, {
    method: "POST",
    headers: headers({ "Content-Type": "application/json", Accept: "text/event-stream" }),
    body: JSON.stringify(given(body)),
    signal,
  });
  if (!response.ok) throw await failure(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const name = /^event: (.*)$/m.exec(event)[1];
      const data = JSON.parse(/^data: (.*)$/m.exec(event)[1]);
      if (name === "problem") throw new Error(data.detail);
      if (name === "images") yield data;
    }
  }
}

/** Fields that were left empty are not sent. */
function given(body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== "" && value !== undefined && value !== null));
}

export const png = (base64) => `data:image/png;base64,${base64}`;

const status = document.getElementById("status");

export function say(text, wrong = false) {
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

/** Runs a task and says what went wrong, if anything did. Of one that counts no more by then, it says nothing. */
export async function attempt(text, work, counts = () => true) {
  say(text);
  try {
    const result = await work();
    if (counts()) say("");
    return result;
  } catch (error) {
    if (counts()) say(error.name === "AbortError" ? "Stopped." : error.message, error.name !== "AbortError");
    return undefined;
  }
}

/** Calls of a function that come faster than it ends: the last one counts. */
export function latest(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Shows the values of sliders next to them. */
export function showValues(form, text = (input) => input.value) {
  for (const output of form.querySelectorAll("output")) {
    const input = output.parentElement.querySelector("input");
    const show = () => { output.textContent = text(input); };
    input.addEventListener("input", show);
    show();
  }
}
