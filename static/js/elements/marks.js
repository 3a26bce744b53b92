/* A text with what is veiled and marked in it, for those who read the whole of it. `groups/marks.py` does the same on
   the server. Offsets are code points. */
const RANK = { green: 0, amber: 1, red: 2, crisis: 3 };

export function drawMarked(words, text, veils, findings, templates) {
  const letters = [...text];
  const found = findings.filter(({ start, end }) => start >= 0 && start < end && end <= letters.length)
    .sort((one, other) => RANK[other.severity] - RANK[one.severity] || one.start - other.start);
  const cuts = [...new Set([0, letters.length, ...veils.flat(), ...found.flatMap(({ start, end }) => [start, end])])].sort((one, other) => one - other);
  words.replaceChildren();
  for (let place = 0; place + 1 < cuts.length; place += 1) {
    const [from, to] = [cuts[place], cuts[place + 1]];
    const stretch = letters.slice(from, to).join("");
    const over = found.find(({ start, end }) => start <= from && to <= end);
    const veiled = veils.some(([start, end]) => start <= from && to <= end);
    if (found.some(({ start }) => start === from) || veils.some(([start]) => start === from)) words.append(begins());
    words.append(over || veiled ? marked(stretch, over?.severity, veiled) : stretch);
    const said = new Set();
    for (const { rule, severity, end } of found) {
      const name = `possible ${rule.replaceAll("_", " ").replace(/^(?:an?|the) /, "")}`;
      if (end === to && !said.has(severity + name)) words.append(label(templates, severity, name));
      if (end === to) said.add(severity + name);
    }
    if (veils.some(([, end]) => end === to)) words.append(label(templates, "veil"));
  }
}

/* The words themselves, without what stands behind a mark. */
export function plainWords(words) {
  const copy = words.cloneNode(true);
  for (const said of copy.querySelectorAll(".says")) said.remove();
  return copy.textContent;
}

function begins() {
  return Object.assign(document.createElement("span"), { className: "says sr-only", textContent: "marked: " });
}

function marked(stretch, severity, veiled) {
  const made = document.createElement("mark");
  if (severity) made.dataset.severity = severity;
  if (veiled) made.dataset.veiled = "";
  made.textContent = stretch;
  return made;
}

function label(templates, kind, words) {
  const made = templates?.content.querySelector(`[data-kind="${CSS.escape(kind)}"]`)?.cloneNode(true);
  if (!made) return "";
  if (words) made.querySelector("[data-says]").textContent = words;
  return made;
}
