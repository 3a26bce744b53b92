/* What is veiled and marked in a text, for those who read the whole of it: the words stay as they were written, what a
   mark says stands in a list below. `groups/marks.py` does the same on the server. Offsets are code points. */
const RANK = { green: 0, amber: 1, red: 2, crisis: 3 };

export function drawMarks(words, list, text, veils, findings, templates) {
  const letters = [...text];
  const found = findings.filter(({ start, end }) => start >= 0 && start < end && end <= letters.length)
    .sort((one, other) => RANK[other.severity] - RANK[one.severity] || one.start - other.start);
  words.replaceChildren(...pieces(letters, veils, found));
  const said = new Map();
  const say = (kind, says, start, end) => {
    const quoted = letters.slice(start, end).join("");
    if (!said.has(kind + says + quoted)) said.set(kind + says + quoted, label(templates, kind, says, quoted));
  };
  for (const { rule, severity, start, end } of found) say(severity, `possible ${rule.replaceAll("_", " ").replace(/^(?:an?|the) /, "")}`, start, end);
  for (const [start, end] of veils) say("veil", "", start, end);
  list.replaceChildren(...said.values());
  list.hidden = said.size === 0;
}

function pieces(letters, veils, found) {
  const cuts = [...new Set([0, letters.length, ...veils.flat(), ...found.flatMap(({ start, end }) => [start, end])])].sort((one, other) => one - other);
  return cuts.slice(1).map((to, place) => {
    const from = cuts[place];
    const stretch = letters.slice(from, to).join("");
    const over = found.find(({ start, end }) => start <= from && to <= end);
    const veiled = veils.some(([start, end]) => start <= from && to <= end);
    if (!over && !veiled) return stretch;
    const made = Object.assign(document.createElement("mark"), { textContent: stretch });
    if (over) made.dataset.severity = over.severity;
    if (veiled) made.dataset.veiled = "";
    return made;
  });
}

function label(templates, kind, says, quoted) {
  const made = templates.content.querySelector(`[data-kind="${CSS.escape(kind)}"]`).cloneNode(true);
  if (says) made.querySelector("[data-says]").textContent = says;
  made.querySelector("[data-quoted]").textContent = quoted;
  return made;
}
