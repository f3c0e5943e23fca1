// Keeps the board up to date. The page works without it: forms are sent and
// answered as pages, and the page then loads itself anew every 15 seconds.
"use strict";
(() => {
  const parts = ["statement", "updated", "towers", "alerts"];
  const poll = 5000; // without a stream
  const refresh = 10000; // with one: for "3 min ago", and to notice silence
  const late = 12000; // no answer for so long: what is shown is old
  const patience = 8000; // for one answer
  const again = 60000; // until a refused stream is tried again

  const shown = {};
  const offline = document.getElementById("offline");
  const said = document.getElementById("said");
  let answered = Date.now();
  let streaming = false;
  let busy = false;
  let wanted = false;
  let timer;

  // An element that is focused keeps the focus when it is replaced; where it
  // is gone, what it belonged to gets it.
  const refocus = (id, group) => {
    const next = document.getElementById(id) ||
      document.getElementById(id.replace(/-\w+$/, "-name")) ||
      document.getElementById(id.replace(/-\w+$/, "")) ||
      document.getElementById(group) || document.getElementById("main");
    if (next) next.focus({ preventScroll: true });
  };

  const put = (doc) => {
    for (const id of parts) {
      const from = doc.getElementById(id);
      const into = document.getElementById(id);
      if (!from || !into || shown[id] === from.innerHTML) continue;
      shown[id] = from.innerHTML;
      const focused = into.contains(document.activeElement) ? document.activeElement : null;
      const heading = focused && focused.closest("section.group");
      const group = heading ? heading.getAttribute("aria-labelledby") : "";
      const boxes = [...into.querySelectorAll("ul, ol")].map((e) => e.scrollTop);
      into.replaceChildren(...[...from.childNodes].map((n) => document.importNode(n, true)));
      into.querySelectorAll("ul, ol").forEach((e, i) => { e.scrollTop = boxes[i] || 0; });
      if (focused) refocus(focused.id, group);
    }
    document.title = doc.title;
    answered = Date.now();
    connection();
  };

  const connection = () => {
    const old = Date.now() - answered > late;
    if (offline.hidden === old) offline.hidden = !old;
    document.documentElement.classList.toggle("is-offline", old);
  };

  const get = async (address, options) => {
    const answer = await fetch(address, {
      credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(patience), ...options,
    });
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    return { ok: answer.ok, doc };
  };

  const update = async () => {
    if (busy) {
      wanted = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    try {
      const { ok, doc } = await get("/fragment");
      if (ok && doc.body.dataset.version !== document.body.dataset.version) {
        location.reload();
        return;
      }
      if (ok) put(doc);
    } catch {
      // connection() tells the reader
    } finally {
      busy = false;
      timer = setTimeout(update, wanted ? 0 : streaming ? refresh : poll);
      wanted = false;
    }
  };

  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };

  // A verb is sent without leaving the page.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const { ok, doc } = await get(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(30000),
      });
      const text = doc.getElementById(ok ? "said" : "trouble");
      say(text ? text.textContent : "");
      if (ok) put(doc);
    } catch {
      form.submit(); // the browser then shows what is wrong
      return;
    }
    button.removeAttribute("aria-disabled");
  });

  const listen = () => {
    if (!window.EventSource) return;
    const stream = new EventSource("/live");
    stream.addEventListener("open", () => { streaming = true; });
    stream.addEventListener("changed", update);
    stream.addEventListener("error", () => {
      streaming = false;
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, again);
      clearTimeout(timer);
      timer = setTimeout(update, poll);
    });
  };

  for (const id of parts) shown[id] = document.getElementById(id).innerHTML;
  // What was said is said once, not again with every reload.
  if (location.search) history.replaceState(null, "", location.pathname);
  setInterval(connection, 1000);
  timer = setTimeout(update, poll);
  listen();
})();
