
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const step = 200;
  let limit = step;

  function make(tag, text, name) {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (name) e.className = name;
    return e;
  }
  function option(select, value, text) {
    const e = make("option", text);
    e.value = value;
    select.append(e);
  }

  const lines = data.lines || [];
  const namespaces = [...new Set(lines.flatMap((l) => l.access.map((a) => a.ns)))].filter((n) => n !== "*").sort();
  const kinds = [...new Set(lines.map((l) => l.kind))].sort();
  for (const l of lines) {
    l.text = [l.name, l.id, l.detail, l.kind, ...l.access.flatMap((a) => [a.role, a.ns, a.reason, a.note, ...a.path])].join("\n").toLowerCase();
  }
  option(at("ns"), "", "all");
  option(at("ns"), "*", "whole cluster only");
  for (const n of namespaces) option(at("ns"), n, n);
  option(at("kind"), "", "all");
  for (const k of kinds) option(at("kind"), k, k);
  at("about").textContent = data.server + " · " + data.at;
  if (data.notice) {
    at("notice").textContent = data.notice;
    at("notice").hidden = false;
  }

  const counts = (a, ns) => !ns || a.ns === ns || a.ns === "*";

  function chosen() {
    const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const ns = at("ns").value, kind = at("kind").value, notes = at("notes").checked;
    return lines.filter((l) => (!kind || l.kind === kind) && words.every((w) => l.text.includes(w)) &&
      l.access.some((a) => counts(a, ns) && (!notes || a.note || a.expired)));
  }

  function chip(l, role, ways) {
    const c = make("button", role.replace(/^clusterrole\//, ""), "chip");
    c.type = "button";
    if (/\/cluster-admin$/.test(role)) c.classList.add("strong");
    if (ways.every((a) => a.note)) c.classList.add("note");
    if (ways.some((a) => a.expired)) c.classList.add("expired");
    if (ways.every((a) => a.path.length > 3)) c.classList.add("through");
    c.title = ways.length === 1 ? ways[0].path.join(" → ") : ways.length + " ways";
    c.addEventListener("click", () => show(l, ways));
    return c;
  }

  function cell(l, ns) {
    const td = make("td");
    const roles = new Map();
    for (const a of l.access) {
      if (a.ns !== ns) continue;
      if (!roles.has(a.role)) roles.set(a.role, []);
      roles.get(a.role).push(a);
    }
    for (const [role, ways] of [...roles].sort()) td.append(chip(l, role, ways));
    return td;
  }

  function show(l, ways) {
    at("who").textContent = l.name;
    at("ways").replaceChildren(...ways.map((a) => {
      const box = make("div", undefined, "way");
      const path = make("ol");
      for (const p of a.path) path.append(make("li", p));
      box.append(path, make("p", a.ns === "*" ? "in the whole cluster" : "in namespace " + a.ns));
      box.append(make("p", "binding: " + a.owner + (a.expires ? ", expires: " + a.expires : "")));
      if (a.reason) box.append(make("p", "reason: " + a.reason));
      if (a.note) box.append(make("p", "reaches nobody, or less than it seems: " + a.note, "bad"));
      return box;
    }));
    at("path").hidden = false;
    at("close").focus();
  }

  function draw() {
    const found = chosen(), ns = at("ns").value;
    const most = 40;
    const used = new Set(found.flatMap((l) => l.access.map((a) => a.ns)));
    const columns = ns === "*" ? ["*"] : ns ? ["*", ns] : ["*", ...namespaces.filter((n) => used.has(n)).slice(0, most)];
    const head = make("tr");
    head.append(make("th", "Who"));
    for (const n of columns) head.append(make("th", n === "*" ? "whole cluster" : n));
    at("matrix").tHead.replaceChildren(head);
    at("matrix").tBodies[0].replaceChildren(...found.slice(0, limit).map((l) => {
      const row = make("tr"), who = make("th", l.name);
      who.scope = "row";
      who.append(make("span", [l.kind, l.detail !== l.name ? l.detail : "", l.id !== l.name ? l.id : ""].filter(Boolean).join(" · "), "kind"));
      row.append(who, ...columns.map((n) => cell(l, n)));
      return row;
    }));
    at("more").hidden = found.length <= limit;
    const hidden = [...used].filter((n) => n !== "*" && !ns).length - (columns.length - 1);
    at("count").textContent = found.length + " of " + lines.length + " people, groups and applications" + (!ns && hidden > 0 ? "; " + hidden + " more namespaces: choose one to see it" : "");
  }

  at("filters").addEventListener("submit", (e) => e.preventDefault());
  for (const id of ["find", "ns", "kind", "notes"]) at(id).addEventListener("input", () => { limit = step; draw(); });
  at("more").addEventListener("click", () => { limit += step; draw(); });
  at("close").addEventListener("click", () => { at("path").hidden = true; });
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") at("path").hidden = true; });
  draw();
})();
