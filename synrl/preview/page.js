"use strict";
// Every text of a row becomes a text node here; nothing is ever parsed as HTML.
function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
const find = id => document.getElementById(id);
const rows = [...document.querySelectorAll("script.row")].map(script => JSON.parse(script.textContent));
const sources = [...document.querySelectorAll("script.video")];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TRAIL_SECONDS = 2;
// What has no length is still to be seen going on.
const LEAST_SECONDS = 0.2;
// A frame is shown from its time on; a little later is safe from rounding.
const timeOf = (row, frame) => Math.min(frame / row.fps + 0.001, row.duration);
const frameAt = (row, time) => Math.min(Math.floor(time * row.fps + 0.01), row.num_frames - 1);
const goesOn = (row, span, frame) => span.from <= frame && frame < Math.max(span.to, span.from + LEAST_SECONDS * row.fps);
const between = (row, span) => `${(span.from / row.fps).toFixed(2)}–${(span.to / row.fps).toFixed(2)}`;

function timeline(row, seek) {
  const bar = make("div", "bar"), legend = make("div", "legend"), head = make("div", "head");
  const percent = frame => 100 * frame / row.num_frames + "%";
  const place = (block, from, to) => { block.style.left = percent(from); block.style.width = percent(to - from); };
  const explain = (className, text) => {
    const item = make("span");
    item.append(make("i", className), text);
    legend.append(item);
  };
  for (const phase of row.phases) {
    const block = make("div", "phase " + (phase.seen ? "seen" : "unseen"));
    place(block, phase.from, phase.to);
    bar.append(block);
  }
  const lanes = [...new Set(row.spans.map(span => span.who))];
  const blocks = row.spans.map(span => {
    const block = make("button", span.type);
    // Without how it happens, which often is the answer.
    block.title = `${span.what} ${span.who} (${between(row, span)} s)`;
    place(block, span.from, span.to);
    block.style.top = `calc(3px + var(--lane) * ${lanes.indexOf(span.who)})`;
    block.onclick = () => seek(timeOf(row, span.from));
    bar.append(block);
    return block;
  });
  for (const type of new Set(row.spans.map(span => span.type))) explain(type, type);
  if (row.phases.some(phase => phase.seen)) explain("seen", "state can be seen");
  if (row.phases.some(phase => !phase.seen)) explain("unseen", "state is hidden");
  bar.style.height = `calc(var(--lane) * ${Math.max(1, lanes.length)})`;
  const scrub = pointer => {
    const box = bar.getBoundingClientRect();
    seek(row.duration * Math.min(Math.max((pointer.clientX - box.left) / box.width, 0), 1));
  };
  bar.onpointerdown = pointer => {
    if (pointer.target.tagName === "BUTTON") return;
    bar.setPointerCapture(pointer.pointerId);
    scrub(pointer);
  };
  bar.onpointermove = pointer => { if (bar.hasPointerCapture(pointer.pointerId)) scrub(pointer); };
  bar.append(head);
  return { bar, legend, head, blocks };
}

function logTable(row, seek) {
  const details = make("details", "log"), table = make("table"), header = make("tr"), body = make("tbody");
  const what = [...new Set(row.spans.map(span => span.type + "s"))].join(" and ");
  details.append(make("summary", "", `${row.spans.length} ${what || "events"}`), table);
  const columns = ["what", "who", "how"].filter(name => row.spans.some(span => span[name]));
  for (const name of ["seconds", ...columns]) header.append(make("th", "", name));
  table.append(make("thead"), body);
  table.tHead.append(header);
  const lines = row.spans.map(span => {
    const line = make("tr");
    for (const text of [between(row, span), ...columns.map(name => span[name])]) line.append(make("td", "", text));
    line.tabIndex = 0;
    line.onclick = () => seek(timeOf(row, span.from));
    line.onkeydown = key => { if (key.key === "Enter") line.click(); };
    body.append(line);
    return line;
  });
  return { details, lines };
}

// "[1.20, 3.50]", "from 1.0 to 2.5 s", "at 1.2 s". Whole numbers in brackets are lists of something else, and "for 2 s"
// is a length.
const STAMP = new RegExp([
  /\[(\d+\.\d+)(?: ?s)?, ?\d+\.\d+(?: ?s)?\]/,
  /(?<![\w.])(\d+(?:\.\d+)?)(?: ?s)? ?(?:to|and|-|–|—) ?\d+(?:\.\d+)? ?(?:seconds|sec|s)\b/,
  /(?<![\w.]|\b(?:for|every|lasts|takes) )(\d+(?:\.\d+)?) ?(?:seconds|second|sec|s)\b/,
].map(pattern => pattern.source).join("|"), "g");
function withStamps(text, row, seek) {
  const whole = make("div", "cot");
  let done = 0;
  for (const match of text.matchAll(STAMP)) {
    const time = Number(match[1] ?? match[2] ?? match[3]);
    if (time > row.duration) continue;
    const stamp = make("button", "stamp", match[0]);
    stamp.onclick = () => seek(Math.min(time + 0.001, row.duration));
    whole.append(text.slice(done, match.index), stamp);
    done = match.index + match[0].length;
  }
  whole.append(text.slice(done));
  return whole;
}

function isLight(colour) {
  const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue > 160;
}
function drawTracks(row, frame, canvas) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!find("tracks").checked) return;
  pen.font = "12px sans-serif";
  pen.lineJoin = pen.lineCap = "round";
  const first = Math.max(0, frame - Math.round(TRAIL_SECONDS * row.fps));
  for (const track of row.tracks) {
    const border = isLight(track.colour) ? "#333" : "#fff";
    const trail = () => {
      pen.beginPath();
      for (let k = first; k <= Math.min(frame, track.visible.length - 1); k++) {
        if (!track.visible[k]) continue;
        if (k > first && track.visible[k - 1]) pen.lineTo(track.x[k], track.y[k]);
        else pen.moveTo(track.x[k], track.y[k]);
      }
      pen.stroke();
    };
    const stroke = (width, style, draw) => { pen.lineWidth = width; pen.strokeStyle = style; draw(); };
    stroke(5, border, trail);
    stroke(2.5, track.colour, trail);
    if (!track.visible[frame]) continue;
    const x = track.x[frame], y = track.y[frame];
    const cross = () => {
      pen.beginPath();
      pen.moveTo(x - 6, y); pen.lineTo(x + 6, y); pen.moveTo(x, y - 6); pen.lineTo(x, y + 6);
      pen.stroke();
    };
    stroke(5, border, cross);
    stroke(2, track.colour, cross);
    const left = Math.max(2, Math.min(x + 8, canvas.width - pen.measureText(track.name).width - 2)), top = Math.max(12, y - 8);
    stroke(4, "#fff", () => pen.strokeText(track.name, left, top));
    pen.fillStyle = "#000";
    pen.fillText(track.name, left, top);
  }
}

function quiz(row) {
  const box = make("div"), verdict = make("p", "verdict"), button = make("button", "", "Show answer");
  verdict.setAttribute("aria-live", "polite");
  const right = row.options.length ? LETTERS.indexOf(row.answer) : -1;
  const options = row.options.map((option, i) => {
    const choice = make("button", "option", `${LETTERS[i] ?? "?"}. ${option}`);
    choice.onclick = () => show(i);
    return choice;
  });
  let shown = false;
  // The answer is in no node of the page until it is asked for.
  function show(guess) {
    shown = true;
    options.forEach((choice, i) => {
      choice.classList.toggle("good", i === right);
      choice.classList.toggle("bad", i === guess && i !== right);
    });
    const answer = row.answer === row.answer_text ? row.answer : `${row.answer} · ${row.answer_text}`;
    verdict.textContent = guess === undefined ? `Answer: ${answer}` : guess === right ? "Right." : `Wrong; right is ${answer}`;
    button.textContent = "Hide answer";
  }
  function hide() {
    shown = false;
    for (const choice of options) choice.classList.remove("good", "bad");
    verdict.textContent = "";
    button.textContent = "Show answer";
  }
  const toggleAnswer = button.onclick = () => shown ? hide() : show();
  box.append(...options, button, verdict);
  return { box, toggleAnswer };
}

function card(row, index) {
  const article = make("article"), left = make("div", "left"), text = make("div", "text");
  const screen = make("div", "screen"), video = make("video"), canvas = make("canvas");
  // No native controls: they would lie over the lower part of the picture whenever it is paused.
  video.muted = video.playsInline = true;
  video.style.aspectRatio = `${row.width} / ${row.height}`;
  canvas.width = row.width; canvas.height = row.height;
  screen.append(video, canvas);
  video.onerror = () => { if (video.src) screen.append(make("p", "error", "this video can't be played")); };

  // Browsers play a few dozen videos in a page at most, so those out of sight are put away.
  let leftAt = 0;
  const load = () => {
    if (video.src) return;
    const bytes = Uint8Array.from(atob(sources[index].textContent), c => c.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    video.currentTime = leftAt;
  };
  const unload = () => {
    if (!video.src) return;
    leftAt = video.currentTime;
    video.pause();
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
    video.load();
    screen.querySelector(".error")?.remove();
  };
  const seek = time => { load(); video.currentTime = time; };
  const toggle = () => {
    load();
    if (!video.paused) video.pause();
    else video.play().catch(() => {});  // paused again before it began; what can't be played says so by itself
  };
  const frame = () => frameAt(row, video.currentTime);
  const step = count => { video.pause(); seek(timeOf(row, Math.min(Math.max(frame() + count, 0), row.num_frames - 1))); };
  const starts = [...new Set(row.spans.map(span => span.from))].sort((a, b) => a - b);
  const hop = way => {
    const to = way > 0 ? starts.find(start => start > frame()) : starts.findLast(start => start < frame());
    if (to !== undefined) seek(timeOf(row, to));
  };

  const play = make("button", "", "Play"), clock = make("small"), controls = make("div", "controls");
  play.onclick = video.onclick = toggle;
  controls.append(play, clock);
  const { bar, legend, head, blocks } = timeline(row, seek);
  const { details, lines } = logTable(row, seek);
  const { box, toggleAnswer } = quiz(row);
  const update = () => {
    clock.textContent = `${video.currentTime.toFixed(2)} of ${row.duration.toFixed(2)} s · frame ${frame()}`;
    play.textContent = video.paused ? "Play" : "Pause";
    head.style.left = 100 * video.currentTime / row.duration + "%";
    row.spans.forEach((span, i) => {
      const now = goesOn(row, span, frame());
      blocks[i].classList.toggle("now", now);
      lines[i].classList.toggle("now", now);
    });
    drawTracks(row, frame(), canvas);
  };
  const follow = () => { update(); if (!video.paused) requestAnimationFrame(follow); };
  video.onplay = follow;
  video.onseeking = video.onseeked = video.onpause = update;
  update();

  left.append(screen, bar, legend, controls);
  const tags = make("div", "tags");
  for (const tag of [row.family, row.mode, "level " + row.level, row.answer_type]) tags.append(make("span", "", tag));
  text.append(tags, make("div", "question", row.question), box,
    make("small", "", `answerable from ${row.min_fps.toFixed(2).replace(/\.?0+$/, "")} frames/s · blind guess ${(100 * row.guess_rate).toFixed(1)} %`),
    details);
  if (row.cot) {
    const thought = make("details");
    thought.append(make("summary", "", "chain of thought (tells the answer)"), withStamps(row.cot, row, seek));
    text.append(thought);
  }
  text.append(make("small", "", row.id));
  article.append(left, text);
  return Object.assign(article, { row, video, load, unload, toggle, toggleAnswer, step, hop, update });
}

const cards = rows.map(card);
document.querySelector("main").append(...cards);
const watcher = new IntersectionObserver(
  entries => entries.forEach(({ target, isIntersecting }) => isIntersecting ? target.load() : target.unload()),
  { rootMargin: "400px" });
cards.forEach(article => watcher.observe(article));

let current = cards[0];
const shown = () => cards.filter(article => !article.hidden);
const filters = ["family", "mode", "level", "split"].map(find);
for (const select of filters) {
  const values = [...new Set(rows.map(row => String(row[select.id])))].sort();
  select.append(new Option("all", ""), ...values.map(value => new Option(value, value)));
  select.parentElement.hidden = values.length < 2;
  select.onchange = () => { select.blur(); filter(); };
}
function filter() {
  for (const article of cards)
    article.hidden = filters.some(select => select.value && String(article.row[select.id]) !== select.value);
  find("count").textContent = `${shown().length} of ${rows.length} rows`;
  if (!current || current.hidden) makeCurrent(shown()[0]);
}
function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const select of filters)
    select.value = [...select.options].some(option => option.value === wanted.get(select.id)) ? wanted.get(select.id) : "";
  filter();
}
function makeCurrent(article) {
  current?.classList.remove("current");
  if (current !== article) current?.video.pause();
  current = article;
  current?.classList.add("current");
}
function go(step) {
  const list = shown(), at = list.indexOf(current);
  // Nothing is marked at first: then the next one is the first.
  const next = list[current?.classList.contains("current") ? Math.min(Math.max(at + step, 0), list.length - 1) : Math.max(at, 0)];
  if (!next) return;
  makeCurrent(next);
  next.scrollIntoView({ block: "start" });
}
const help = () => find("keys").open ? find("keys").close() : find("keys").showModal();
const drawAll = () => cards.forEach(article => article.update());
find("help").onclick = find("close").onclick = help;
find("tracks").onchange = drawAll;
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => current?.toggleAnswer(),
  t: () => { find("tracks").checked = !find("tracks").checked; drawAll(); },
  " ": () => current?.toggle(),
  ",": () => current?.step(-1),
  ".": () => current?.step(1),
  ArrowLeft: () => current?.hop(-1),
  ArrowRight: () => current?.hop(1),
  "?": help,
};
document.addEventListener("keydown", key => {
  if (key.ctrlKey || key.metaKey || key.altKey || !Object.hasOwn(KEYS, key.key)) return;
  if (find("keys").open && key.key !== "?") return;
  if (key.target.matches("select") || (key.key === " " && key.target.matches("button, summary, input"))) return;
  key.preventDefault();
  KEYS[key.key]();
});
document.addEventListener("pointerdown", pointer => {
  const article = pointer.target.closest("article");
  if (article) makeCurrent(article);
});
// What was clicked with a pointer does not keep the space key, which plays; what was reached with Tab does.
document.addEventListener("click", click => {
  if (click.detail) click.target.closest("button, summary, input, tr")?.blur();
});
window.onhashchange = readAddress;
readAddress();
