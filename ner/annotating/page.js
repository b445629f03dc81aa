"use strict";
// The page for labelling. All offsets here count code points, as the server does; only the DOM counts UTF-16 units.

const $ = (id) => document.getElementById(id);
const WORDS = JSON.parse($("words").textContent);
const LETTERS = "QWERTYUIOP"; // the keys of the tenth and further types
const DOUBTFUL = 0.9;

const say = (name, ...values) => values.reduce((text, value) => text.replace("{}", () => value), WORDS[name]);
const announce = (text) => { $("said").textContent = text; };
const same = (one, other) => one.start === other.start && one.end === other.end && one.label === other.label;
const overlap = (one, other) => one.start < other.end && other.start < one.end;

let types = [], queue = [], states = {}; // of all texts
let task, points, entities = [], question = 0, selection = null; // of the text that is shown
let pieces = []; // the text nodes of the text, with the code points where they start and end
let undoable = [], accepted = 0, began = 0, round = 0;
let pending = Promise.resolve(); // actions are sent one after another

// --- Talking to the server

async function ask(path, content) {
  const request = { headers: { "x-token": location.hash.slice(1), "content-type": "application/json" } };
  if (content) Object.assign(request, { method: "POST", body: JSON.stringify(content) });
  let answer;
  try {
    answer = await fetch(`api/${path}`, request);
  } catch {
    throw new Error(say("gone"));
  }
  if (answer.ok) return answer.json();
  if (answer.status === 401 || answer.status === 421) throw new Error(say("token"));
  const error = new Error(say("failed", (await answer.json()).error));
  error.status = answer.status;
  throw error;
}

function complain(message) {
  $("alert").textContent = message;
  $("alert").hidden = !message;
}

/** Do something after all that was begun before; show what fails. */
function then(work) {
  pending = pending.then(work).catch((error) => complain(error.message));
  return pending;
}

async function save(state) {
  const { id } = task;
  try {
    const plain = entities.map(({ start, end, label }) => ({ start, end, label }));
    const answer = await ask(`texts/${id}`, { version: task.version, state, entities: plain });
    task.version = answer.version;
    task.state = states[id] = state;
    complain("");
    if (answer.round !== round) await readQueue();
    else showProgress(answer);
    showState();
    return true;
  } catch (error) {
    if (error.status === 409) {
      await open(id);
      complain(say("stale"));
    } else {
      complain(error.message);
    }
    return false;
  }
}

// --- Going through the texts

async function open(id) {
  task = await ask(`texts/${id}`);
  states[id] = task.version ? task.state : undefined;
  points = Array.from(task.text);
  entities = task.entities;
  question = 0;
  selection = null;
  complain("");
  $("finished").hidden = true;
  $("work").hidden = false;
  $("number").value = queue.indexOf(id) + 1;
  $("document").textContent = task.document;
  show();
  showState();
  if (document.activeElement === document.body || !$("work").contains(document.activeElement)) $("text").focus({ preventScroll: true });
  announce(say("textSays", queue.indexOf(id) + 1, task.text));
  showQuestion();
}

const isOpen = (id) => states[id] === undefined || states[id] === "open";

/** Show the next text that is not finished, from the one after the current on. */
async function openNext() {
  const at = queue.indexOf(task?.id);
  const next = [...queue.slice(at + 1), ...queue.slice(0, at + 1)].find(isOpen);
  if (next !== undefined) return open(next);
  if (!task) await open(queue[0]);
  $("finished").hidden = false;
  announce($("finished").textContent);
}

function go(step) {
  const at = queue.indexOf(task.id) + step;
  if (at >= 0 && at < queue.length) then(() => open(queue[at]));
}

// --- Showing a text

function element(name, content = "", className = "") {
  const made = document.createElement(name);
  made.textContent = content;
  if (className) made.className = className;
  return made;
}

const hue = (label) => String(Math.round(types.indexOf(label) * 137.5) % 360);
const slice = (start, end) => points.slice(start, end).join("");

function scoreOf(entity) {
  return Object.values(task.readings).flat().find((one) => same(one, entity))?.score ?? null;
}

/** Show the text with some entities; each piece is cut where an entity or a question begins or ends. */
function render(box, shown, questions) {
  const bounds = new Set([0, points.length, ...shown.flatMap((e) => [e.start, e.end]), ...questions.flat()]);
  const cuts = [...bounds].sort((a, b) => a - b);
  const made = [];
  box.replaceChildren(...cuts.slice(1).map((end, i) => {
    const start = cuts[i];
    const entity = shown.find((e) => e.start <= start && end <= e.end);
    const piece = element(entity ? "mark" : "span", slice(start, end));
    if (entity) {
      piece.dataset.label = entity.label;
      piece.style.setProperty("--hue", hue(entity.label));
      piece.classList.toggle("first", start === entity.start);
      piece.classList.toggle("last", end === entity.end);
      piece.classList.toggle("doubtful", (scoreOf(entity) ?? 1) < DOUBTFUL);
    }
    const asked = questions.findIndex(([first, last]) => first <= start && end <= last);
    if (asked >= 0) {
      piece.classList.add("asked");
      piece.classList.toggle("from", start === questions[asked][0]);
      piece.classList.toggle("to", end === questions[asked][1]);
      piece.classList.toggle("now", asked === question);
    } else if (entity && task.asked && box === $("text")) {
      piece.classList.add("certain");
      piece.title = say("certain");
    }
    made.push({ node: piece.firstChild, start, end });
    return piece;
  }));
  return made.filter((piece) => piece.node);
}

function show() {
  pieces = render($("text"), entities, task.asked ?? []);
  $("entities").replaceChildren(...entities.map(entityItem));
  $("none").hidden = entities.length > 0;
  showReadings();
  showSelection();
}

function entityItem(entity) {
  const item = element("li");
  item.style.setProperty("--hue", hue(entity.label));
  const choose = element("button", slice(entity.start, entity.end));
  const score = scoreOf(entity);
  choose.append(element("small", score === null ? entity.label : `${entity.label} ${score.toFixed(2)}`));
  choose.addEventListener("focus", () => select(entity.start, entity.end));
  choose.addEventListener("click", () => select(entity.start, entity.end));
  const remove = element("button", "×");
  remove.setAttribute("aria-label", say("remove", slice(entity.start, entity.end)));
  remove.addEventListener("click", () => change(entities.filter((e) => e !== entity), say("removed", slice(entity.start, entity.end))));
  for (const button of [choose, remove]) button.type = "button";
  item.append(choose, remove);
  return item;
}

function showReadings() {
  const readings = Object.entries(task.readings);
  $("readings").hidden = $("key-take").hidden = readings.length < 2;
  if (readings.length < 2) return;
  $("readings").replaceChildren(...readings.map(([name, found]) => {
    const row = element("div"), text = element("span", "", "marked");
    render(text, found, task.asked ?? []);
    const take = element("button", say("take", name));
    take.type = "button";
    take.addEventListener("click", () => takeReading(name));
    row.append(element("b", name), text, take);
    return row;
  }));
}

function showState() {
  const name = { done: "done", skipped: "skippedState" }[task.state];
  $("state").textContent = name ? say(name) : "";
  document.title = `${$("number").value}/${queue.length} · bert-ner`;
}

function showProgress({ done, skipped, agreement, round: trainings }) {
  $("bar").max = queue.length;
  $("bar").value = done + skipped;
  const left = queue.length - done - skipped;
  const facts = [say("left", left.toLocaleString())];
  if (skipped) facts.push(say("skipped", skipped.toLocaleString()));
  if (accepted >= 5 && left) facts.push(say("minutes", Math.ceil((Date.now() - began) / accepted * left / 60000)));
  if (trainings) facts.push(say("trained", trainings));
  for (const [name, f1] of Object.entries(agreement)) facts.push(say("agreement", WORDS[name] ?? name, f1.toFixed(1)));
  $("counts").replaceChildren(...facts.map((fact) => element("span", fact)));
}

function showQuestion() {
  if (!task.asked?.length) return;
  const [start, end] = task.asked[question];
  select(start, end);
  pieces = render($("text"), entities, task.asked);
  showSelection();
  announce(say("question", question + 1, task.asked.length, slice(start, end)));
}

// --- Selecting characters

/** The code point of a place in the text, null for places outside of it. */
function pointOf(node, offset) {
  if (node === $("text")) return offset < node.childNodes.length ? pointOf(node.childNodes[offset], 0) : points.length;
  if (node.nodeType === Node.ELEMENT_NODE && $("text").contains(node)) {
    const piece = pieces.find((one) => node === one.node.parentNode);
    return piece ? (offset ? piece.end : piece.start) : null;
  }
  const piece = pieces.find((one) => one.node === node);
  return piece ? piece.start + Array.from(node.data.slice(0, offset)).length : null;
}

/** The text node and its offset in UTF-16 units for a code point. */
function placeOf(point, atEnd) {
  const piece = pieces.find(({ start, end }) => (atEnd ? start < point && point <= end : start <= point && point < end));
  return [piece.node, slice(piece.start, point).length];
}

function showSelection() {
  const native = getSelection();
  if (selection && points.length) {
    const { anchor, focus } = selection, forward = anchor <= focus;
    native.setBaseAndExtent(...placeOf(anchor, !forward), ...placeOf(focus, forward));
  }
  const { start, end } = selected() ?? { start: -1, end: -1 };
  const chosen = entities.find((e) => e.start === start && e.end === end);
  for (const button of $("types").children) {
    if (button.dataset.label) button.setAttribute("aria-pressed", String(chosen?.label === button.dataset.label));
  }
}

function select(anchor, focus, byTap = false) {
  selection = { anchor, focus, byTap };
  showSelection();
}

/** The selected characters without white space around them, null if there are none. */
function selected() {
  if (!selection) return null;
  let start = Math.min(selection.anchor, selection.focus), end = Math.max(selection.anchor, selection.focus);
  while (start < end && !points[start].trim()) start++;
  while (start < end && !points[end - 1].trim()) end--;
  return start < end ? { start, end } : null;
}

document.addEventListener("selectionchange", () => {
  const native = getSelection();
  if (!task || !native.rangeCount || !$("text").contains(native.anchorNode) || !$("text").contains(native.focusNode)) return;
  const anchor = pointOf(native.anchorNode, native.anchorOffset), focus = pointOf(native.focusNode, native.focusOffset);
  if (anchor === null || focus === null || (selection?.anchor === anchor && selection.focus === focus)) return;
  selection = anchor === focus ? null : { anchor, focus };
  showSelection();
});

/** The character at a place of the screen, -1 if there is none. */
function characterAt(x, y) {
  const range = document.createRange();
  for (const { node, start, end } of pieces) {
    if (![...node.parentNode.getClientRects()].some((box) => box.top <= y && y <= box.bottom)) continue;
    for (let point = start, unit = 0; point < end; unit += points[point++].length) {
      range.setStart(node, unit);
      range.setEnd(node, unit + points[point].length);
      if ([...range.getClientRects()].some((b) => b.left <= x && x < b.right && b.top - 8 <= y && y <= b.bottom + 8)) return point;
    }
  }
  return -1;
}

let pointer = "mouse";
$("text").addEventListener("pointerdown", (event) => { pointer = event.pointerType; });
$("text").addEventListener("click", (event) => {
  const point = characterAt(event.clientX, event.clientY);
  const entity = entities.find((e) => e.start <= point && point < e.end);
  if (point < 0) return;
  if (pointer === "mouse") { // which selects by drawing; a click takes an entity
    if (entity && getSelection().isCollapsed) select(entity.start, entity.end);
  } else if (selection?.byTap) { // the last character
    const { anchor } = selection;
    select(Math.min(anchor, point), Math.max(anchor, point) + 1);
  } else if (entity) {
    select(entity.start, entity.end);
  } else {
    select(point, point + 1, true);
  }
});

/** Move the selected character, or the end of the selection. */
function move(step, extend) {
  const last = points.length;
  if (!last) return;
  if (!selection) {
    const first = step === 1 || step < -1; // also for Home
    select(first ? 0 : last - 1, first ? 1 : last);
  } else if (extend) {
    const focus = Math.min(last, Math.max(0, selection.focus + step));
    select(selection.anchor, focus === selection.anchor ? focus + Math.sign(step) : focus);
  } else {
    const from = step < 0 ? Math.min(selection.anchor, selection.focus) : Math.max(selection.anchor, selection.focus) - 1;
    const to = Math.min(last - 1, Math.max(0, from + step));
    select(to, to + 1);
  }
  const range = selected();
  announce(range ? slice(range.start, range.end) : "␣");
}

/** Move to the line above or below. */
function moveLine(step, extend) {
  const box = getSelection().rangeCount && getSelection().getRangeAt(0).getBoundingClientRect();
  if (!selection || !box?.width) return move(step, extend);
  const height = parseFloat(getComputedStyle($("text")).lineHeight);
  const point = characterAt(step < 0 ? box.left + 2 : box.right - 2, (step < 0 ? box.top : box.bottom) + step * height * 0.75);
  if (point < 0) return move(step * points.length, extend);
  if (extend) select(selection.anchor, point < selection.anchor ? point : point + 1);
  else select(point, point + 1);
  return undefined;
}

// --- Labelling

function remember() {
  undoable.push({ id: task.id, state: task.state, entities });
}

/** Replace the entities, save, and say what was done. */
function change(changed, said) {
  remember();
  entities = changed.sort((one, other) => one.start - other.start);
  show();
  announce(said);
  const now = task;
  return then(() => (now === task ? save("open") : undefined));
}

function label(name) {
  const range = selected();
  if (!range) return announce(say("nothingSelected"));
  const added = { ...range, label: name };
  if (entities.some((e) => same(e, added))) return undefined;
  return change([...entities.filter((e) => !overlap(e, range)), added], say("labelled", slice(range.start, range.end), name));
}

function remove() {
  const range = selected();
  if (!range) return announce(say("nothingSelected"));
  const kept = entities.filter((e) => !overlap(e, range));
  return kept.length < entities.length ? change(kept, say("removed", slice(range.start, range.end))) : undefined;
}

function takeReading(name) {
  const parts = (task.asked ?? [[0, points.length]]).filter((_, i) => !task.asked || i === question);
  const inside = (e) => parts.some(([start, end]) => overlap(e, { start, end }));
  const taken = task.readings[name].filter(inside).map(({ start, end, label: type }) => ({ start, end, label: type }));
  const kept = entities.filter((e) => !inside(e) && !taken.some((one) => overlap(e, one)));
  return change([...kept, ...taken], say("take", name));
}

function finish(state) {
  if (state === "done" && task.asked && question < task.asked.length - 1) {
    question++;
    return showQuestion();
  }
  return then(async () => {
    remember();
    began ||= Date.now();
    if (!await save(state)) return void undoable.pop();
    accepted++;
    await openNext();
  });
}

function undo() {
  return then(async () => {
    const last = undoable.pop();
    if (!last) return announce(say("nothingToUndo"));
    if (last.id !== task.id) await open(last.id);
    entities = last.entities;
    if (await save(last.state)) {
      show();
      announce(say("undone"));
    }
    return undefined;
  });
}

// --- Keys and buttons

const KEYS = {
  Enter: () => finish("done"), s: () => finish("skipped"), z: undo, 0: remove, Delete: remove, Backspace: remove,
  "[": () => go(-1), "]": () => go(1), Escape: () => { selection = null; getSelection().removeAllRanges(); showSelection(); },
  ArrowLeft: (extend) => move(-1, extend), ArrowRight: (extend) => move(1, extend),
  ArrowUp: (extend) => moveLine(-1, extend), ArrowDown: (extend) => moveLine(1, extend),
  Home: (extend) => move(-points.length, extend), End: (extend) => move(points.length, extend),
};

document.addEventListener("keydown", (event) => {
  const { target, code } = event;
  const isUndo = (event.ctrlKey || event.metaKey) && code === "KeyZ";
  if (!task || (!isUndo && (event.ctrlKey || event.metaKey || event.altKey)) || target.matches("input, textarea")) return;
  if (event.key === "Enter" && target.matches("button, a, summary")) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]; // by place: so input methods and layouts don't matter
  const type = digit > 0 ? types[digit - 1] : types[9 + LETTERS.indexOf(/^Key(.)$/.exec(code)?.[1] ?? " ")];
  const name = digit ?? (/^Key/.test(code) ? code.slice(3).toLowerCase() : event.key);
  const reading = name.toUpperCase();
  if (type && (digit || LETTERS.includes(reading))) label(type);
  else if (Object.keys(task.readings).length > 1 && task.readings[reading]) takeReading(reading);
  else if (KEYS[name] && !(event.key.startsWith("Arrow") && target.matches("summary"))) KEYS[name](event.shiftKey);
  else return;
  event.preventDefault();
});

for (const [id, work] of Object.entries({
  accept: () => finish("done"), skip: () => finish("skipped"), undo, previous: () => go(-1), next: () => go(1), again: () => then(() => open(queue[0])),
})) $(id).addEventListener("click", work);

$("number").addEventListener("change", () => {
  const id = queue[Number($("number").value) - 1];
  if (id === undefined) $("number").value = queue.indexOf(task.id) + 1;
  else then(() => open(id));
});

$("language").addEventListener("click", (event) => { event.currentTarget.hash = location.hash; });
addEventListener("hashchange", () => location.reload());

function typeButton(name, key) {
  const button = element("button", name);
  button.type = "button";
  if (key) button.append(element("kbd", key));
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
  return button;
}

/** Read the order of the texts, which changes when a tagger has learned. */
async function readQueue() {
  const overview = await ask("overview");
  ({ types, queue, states, round } = overview);
  $("total").textContent = queue.length.toLocaleString();
  if (task) $("number").value = queue.indexOf(task.id) + 1;
  showProgress(overview);
  return overview;
}

then(async () => {
  const overview = await readQueue();
  $("types").replaceChildren(...types.map((name, i) => {
    const button = typeButton(name, i < 9 ? String(i + 1) : LETTERS[i - 9]);
    button.dataset.label = name;
    button.style.setProperty("--hue", hue(name));
    button.addEventListener("click", () => label(name));
    return button;
  }));
  const none = typeButton($("types").dataset.none, "0");
  none.addEventListener("click", remove);
  $("types").append(none);
  $("guidelines").hidden = !overview.guidelines;
  $("guidelines").lastElementChild.innerHTML = overview.guidelines; // made by the server without raw HTML
  if (queue.length) await openNext();
  else complain(say("empty"));
});
