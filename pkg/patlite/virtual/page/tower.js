"use strict";
// Draws the tower from the views that /events sends, and sounds its buzzer.
const words = document.body.dataset;
const rhythms = JSON.parse(words.buzzers);
const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function drawTiers(tiers) {
  const stack = byId("tiers");
  while (stack.children.length < tiers.length) {
    const lens = element("div", "lens");
    lens.append(element("div", "glow"));
    stack.append(lens);
  }
  tiers.forEach((tier, i) => {
    const lens = stack.children[i];
    const lit = tier.pattern !== "off";
    lens.className = "lens" + (lit ? " lit" : "") + (tier.unit === "" ? " unused" : "");
    lens.style.setProperty("--c", tier.colour);
    lens.title = (tier.unit || "–") + ": " + tier.pattern;
    const glow = lens.firstChild;
    const className = "glow p-" + tier.pattern;
    if (glow.className !== className) glow.className = className;
  });
  // Lights with one pattern flash together, however late each was lit.
  for (const a of document.getAnimations()) a.startTime = 0;
}

function time(at) {
  const d = new Date(at);
  const two = (n) => String(n).padStart(2, "0");
  return two(d.getHours()) + ":" + two(d.getMinutes()) + ":" + two(d.getSeconds()) + "." + String(d.getMilliseconds()).padStart(3, "0");
}

function drawLog(lines) {
  byId("log").replaceChildren(...lines.map((line) => {
    const li = element("li", line.changed ? "changed" : "");
    const refused = line.reply.startsWith("Error") || line.reply === "15";
    li.title = line.from;
    li.append(
      element("time", "", time(line.at)),
      element("span", "protocol", line.protocol),
      element("span", "command", line.command),
      element("span", refused ? "reply refused" : "reply", line.reply),
      element("span", "count", line.count > 1 ? "×" + line.count : ""),
    );
    return li;
  }));
}

function draw(view) {
  drawTiers(view.tiers);
  drawLog(view.log);
  byId("state").textContent = view.smart ? words.smart + " " + view.smart : view.state;
  byId("speaker").classList.toggle("sounding", view.buzzer > 0);
  byId("buzzer").textContent = view.buzzer || "";
  byId("speaker").title = words.buzzer + " " + (view.buzzer || "–");
  buzz(view.buzzer);
}

// The buzzer: one oscillator whose volume is scheduled a little ahead.
let audio = null, volume = null, pattern = 0, next = 0, step = 0;
const ahead = 1.5, loud = 0.12;

function buzz(number) {
  if (number === pattern) return;
  pattern = number;
  step = 0;
  if (!audio) return;
  volume.gain.cancelScheduledValues(audio.currentTime);
  volume.gain.setValueAtTime(0, audio.currentTime);
  next = audio.currentTime + 0.01;
  schedule();
}

function schedule() {
  if (!audio || !pattern) return;
  const rhythm = rhythms[pattern - 1];
  if (!rhythm) return;
  next = Math.max(next, audio.currentTime);
  while (next < audio.currentTime + ahead) {
    volume.gain.setValueAtTime(step % 2 === 0 ? loud : 0, next);
    next += rhythm[step] / 1000;
    step = (step + 1) % rhythm.length;
  }
}

byId("sound").addEventListener("click", () => {
  const button = byId("sound");
  if (audio) {
    audio.close();
    audio = null;
  } else {
    audio = new AudioContext();
    volume = audio.createGain();
    volume.gain.value = 0;
    const tone = audio.createOscillator();
    tone.type = "square";
    tone.frequency.value = 2000;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    const wanted = pattern;
    pattern = 0;
    buzz(wanted);
  }
  button.setAttribute("aria-pressed", String(audio !== null));
  button.textContent = audio ? words.soundOff : words.sound;
});
setInterval(schedule, 300);

byId("clear").addEventListener("click", () => fetch("/clear", { method: "POST" }));

function lost(gone) {
  byId("lost").hidden = !gone;
  document.body.classList.toggle("gone", gone);
  if (gone) buzz(0);
}

const events = new EventSource("/events");
events.onopen = () => lost(false);
events.onerror = () => lost(true);
events.onmessage = (e) => draw(JSON.parse(e.data));
