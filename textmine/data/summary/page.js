"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ui = data.ui, $ = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const number = new Intl.NumberFormat("en-US");
  const make = (tag, text, kind) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };

  // --- light and dark: the page follows the system until the reader chooses; charts take the colours of the page
  const scheme = $("scheme");
  scheme.hidden = false;
  scheme.addEventListener("click", () => {
    const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.scheme || (dark ? "dark" : "light");
    root.dataset.scheme = now === "dark" ? "light" : "dark";
  });

  // --- charts
  const tip = $("tip");
  const showTip = (_, event, item, value) => {
    tip.hidden = !value;
    if (!value) return;
    tip.textContent = String(value);
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = Math.max(4, event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18) + "px";
  };
  const charts = new Map();
  const draw = async (node) => {
    const figure = data.figures[node.dataset.figure];
    const spec = { ...figure.spec, data: { name: "rows", values: figure.rows } };
    if (spec.facet) { // panels: as many beside each other as there is room for
      const room = node.clientWidth, columns = Math.max(1, Math.min(spec.columns, Math.floor(room / 230)));
      Object.assign(spec, { columns, spec: { ...spec.spec, width: Math.floor(room / columns) - 62 } });
    }
    const across = new Set(figure.rows.map((row) => row.column)).size;
    const inner = make("div");
    if (across > 8) inner.style.minWidth = 110 + across * 30 + "px"; // narrow screens scroll sideways
    node.replaceChildren(inner);
    node.scrollLeft = 0;
    const narrow = node.clientWidth < 480; // labels above narrow columns are tilted, and the scale fits below them
    const config = narrow ? { ...data.config, legend: { ...data.config.legend, gradientLength: 120 } } : data.config;
    if (narrow && across > 4) {
      const x = spec.encoding.x;
      spec.encoding = { ...spec.encoding, x: { ...x, axis: { ...x.axis, labelAngle: -60 } } };
    }
    const result = await window.vegaEmbed(inner, spec, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, config, tooltip: showTip, mode: "vega-lite",
    });
    const svg = node.querySelector("svg");
    if (svg) svg.setAttribute("aria-hidden", "true");
    result.view.addEventListener("click", (_, item) => {
      const row = item && item.datum;
      if (row && typeof row.query === "string" && row.query) location.hash = "#q?" + row.query;
    });
    charts.set(node, result.view);
  };
  const chartNodes = [...document.querySelectorAll(".chart[data-figure]")];
  const drawn = (async () => { for (const node of chartNodes) await draw(node); })();
  window.textmineReady = drawn;

  // --- the numbers of a chart as a table, made when it is opened
  for (const box of document.querySelectorAll("details.figures")) {
    box.hidden = false;
    box.addEventListener("toggle", () => {
      if (!box.open || box.querySelector("table")) return;
      const rows = data.figures[box.dataset.figure].rows, scroll = make("div", undefined, "scroll"), table = make("table");
      const columns = data.chart_columns.filter(([key]) => rows.some((row) => row[key] !== undefined && row[key] !== null && row[key] !== ""));
      const head = make("tr");
      for (const [, label] of columns) { const th = make("th", label); th.scope = "col"; head.append(th); }
      table.append(make("caption", box.closest("figure").querySelector("strong").textContent, "visually-hidden"), make("thead"), make("tbody"));
      table.tHead.append(head);
      for (const row of rows) {
        const line = make("tr");
        for (const [key] of columns) {
          const cell = make("td"), text = row[key] === undefined || row[key] === null ? "–" : String(row[key]);
          if (key === "count_text" && row.query) { const link = make("a", text); link.href = "#q?" + row.query; cell.append(link); }
          else cell.textContent = text;
          line.append(cell);
        }
        table.tBodies[0].append(line);
      }
      scroll.append(table);
      box.append(scroll);
    });
  }

  // --- the filter of charts and tables: chooses rows, changes no number
  const filter = $("filter");
  const passes = (row, choice) => {
    if (choice.theme && row.theme && row.theme !== choice.theme && row.with !== choice.theme) return false;
    if (choice.theme_group && row.theme && data.theme_groups[row.theme] !== choice.theme_group) return false;
    if (choice.role && row.role && row.role !== "any" && row.role !== choice.role) return false;
    const year = row.year === undefined || row.year === null || row.year === "" ? NaN : Number(row.year);
    if (choice.from && year < Number(choice.from)) return false;
    if (choice.to && year > Number(choice.to)) return false;
    for (const [name, value] of Object.entries(choice)) {
      if (value && name.startsWith("by:") && row[name] !== undefined && (row[name] || "-") !== value) return false;
    }
    return true;
  };
  const applyFilter = async () => {
    const choice = Object.fromEntries(new FormData(filter));
    for (const row of document.querySelectorAll("main tr[data-theme], main tr[data-year], main section.quotes[data-theme], main details.theme[data-theme]")) {
      const keys = { ...row.dataset };
      for (const name of Object.keys(data.groups)) if (row.hasAttribute("data-by-" + name)) keys["by:" + name] = row.getAttribute("data-by-" + name);
      row.hidden = !passes(keys, choice);
    }
    await drawn;
    for (const [node, view] of charts) {
      const rows = data.figures[node.dataset.figure].rows.filter((row) => passes(row, choice));
      if (rows.length) {
        view.data("rows", rows.map((row) => ({ ...row }))); // copies: Vega marks the rows that it holds
        await view.resize().runAsync();
      }
      node.hidden = !rows.length;
      node.parentNode.querySelector(".empty").hidden = Boolean(rows.length);
    }
    filter.dispatchEvent(new CustomEvent("applied", { bubbles: true }));
  };
  if (filter) {
    filter.hidden = false;
    filter.addEventListener("change", applyFilter);
    filter.addEventListener("reset", () => setTimeout(applyFilter));
    filter.addEventListener("submit", (event) => event.preventDefault());
  }

  // --- all statements: columns of numbers into lists of distinct texts, reports and sets of themes
  const s = data.statements, total = s.text.length, PAGE = 50;
  const lowered = s.texts.map((text) => text.toLowerCase());
  const lookup = $("lookup"), lines = $("lines"), body = lines.tBodies[0], found = $("found"), pager = document.querySelector(".pager");
  let rows = [], page = 0, extra = {};
  const idOf = (i) => { const suffix = s.id[i]; return suffix.startsWith("-") ? s.reports[s.report[i]].id + suffix : suffix; };
  const words = () => (lookup.elements.words.value.toLowerCase().match(/\S+/g) || []);
  const select = () => {
    const form = new FormData(lookup), theme = form.get("theme"), role = form.get("role"), asked = words();
    const texts = asked.length ? lowered.map((text) => asked.every((word) => text.includes(word))) : null;
    const wanted = [theme, extra.with].filter(Boolean).map((code) => code === "-" ? -1 : data.theme_codes.indexOf(code));
    const has = wanted.map((code) => s.theme_sets.map((set) => (code === -1 ? !set.length : set.includes(code))));
    const sets = s.theme_sets.map((_, k) => !has.length || has.some((fits) => fits[k]));
    const roles = data.role_codes.map((code) => !role || code === role || (role === "any" && code !== "context"));
    const where = Object.keys(data.lookups).map((name) => [name, form.get(name)]).filter(([, value]) => value);
    const reports = s.reports.map((report) => where.every(([name, value]) => (report.keys[name] || "-") === value) && (!extra.report || report.id === extra.report));
    const ids = extra.id ? new Set(extra.id.split(",")) : null;
    rows = [];
    for (let i = 0; i < total; i++) {
      if (reports[s.report[i]] && roles[s.role[i]] && sets[s.themes[i]] && (!texts || texts[s.text[i]]) && (!ids || ids.has(idOf(i)))) rows.push(i);
    }
    if (has.length > 1) { // two themes: statements on either in reports that state both
      const stated = has.map((fits) => new Set(rows.filter((i) => fits[s.themes[i]]).map((i) => s.report[i])));
      rows = rows.filter((i) => stated.every((reports) => reports.has(s.report[i])));
    }
    page = 0;
  };
  const textCell = (text, asked) => {
    const cell = make("td"), bdi = make("bdi");
    cell.append(bdi);
    const low = text.toLowerCase();
    let at = 0;
    if (asked.length && low.length === text.length) {
      while (at < text.length) {
        let best = -1, length = 0;
        for (const word of asked) { const hit = low.indexOf(word, at); if (hit >= 0 && (best < 0 || hit < best)) { best = hit; length = word.length; } }
        if (best < 0) break;
        bdi.append(text.slice(at, best), make("mark", text.slice(best, best + length)));
        at = best + length;
      }
    }
    bdi.append(text.slice(at));
    return cell;
  };
  const render = () => {
    const asked = words(), pages = Math.max(1, Math.ceil(rows.length / PAGE));
    const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(...shown.map((i) => {
      const row = make("tr"), report = s.reports[s.report[i]], id = idOf(i);
      row.dataset.id = id;
      if (extra.current === id) row.className = "current";
      const themes = make("td");
      for (const code of s.theme_sets[s.themes[i]]) themes.append(make("span", data.theme_names[code], "chip"));
      const source = make("td"), name = make("bdi", report.agency);
      source.append(name, report.year ? " " + report.year : "");
      const place = make("td", undefined, "where"), link = make("a");
      link.href = report.href;
      link.title = report.path;
      link.append(make("bdi", report.path.split(/[\\/]/).pop()));
      const more = make("button", ui.context);
      more.type = "button";
      more.addEventListener("click", () => { location.hash = "#q?report=" + encodeURIComponent(report.id) + "&current=" + encodeURIComponent(id); });
      const self = make("a", "#" + id.slice(report.id.length + 1));
      self.href = "#q?id=" + encodeURIComponent(id);
      self.title = id;
      place.append(link, make("br"), make("span", fill(data.offsets, { start: s.start[i], end: s.end[i] })), make("br"), self, " ", more);
      const role = data.role_codes[s.role[i]];
      row.append(textCell(s.texts[s.text[i]], asked), themes, make("td", data.role_names[s.role[i]], "role-" + role), source, place);
      return row;
    }));
    const reports = new Set(rows.map((i) => s.report[i])).size;
    found.textContent = rows.length ? fill(ui.found, { statements: number.format(rows.length), reports: number.format(reports) }) : ui.none;
    $("page").textContent = fill(ui.page, { page: number.format(page + 1), pages: number.format(pages) });
    $("previous").disabled = page === 0;
    $("next").disabled = page + 1 >= pages;
    pager.hidden = rows.length <= PAGE;
    lines.hidden = !rows.length;
  };
  const refresh = () => { select(); render(); };
  const turn = (by) => { page += by; render(); lines.scrollIntoView({ block: "start" }); };
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
  let waiting = 0;
  lookup.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (event.target.name !== "words") extra = {};
    waiting = setTimeout(refresh, event.target.name === "words" ? 120 : 0);
  });
  lookup.addEventListener("reset", () => { extra = {}; setTimeout(refresh); });
  lookup.addEventListener("submit", (event) => event.preventDefault());
  lookup.hidden = false;

  // --- links from figures: #q?theme=…&role=…&year=… shows the statements behind them
  const follow = () => {
    if (!location.hash.startsWith("#q?")) return;
    const asked = new URLSearchParams(location.hash.slice(3));
    lookup.reset();
    extra = {};
    for (const [name, value] of asked) {
      const field = lookup.elements.namedItem(name);
      if (field && name !== "words" && field.tagName === "SELECT") field.value = value === "" ? "-" : value;
      else if (field) field.value = value;
      else extra[name] = value;
    }
    setTimeout(() => { // after the reset has been told
      for (const [name, value] of asked) if (!lookup.elements.namedItem(name)) extra[name] = value;
      refresh();
      if (extra.current) {
        const at = rows.findIndex((i) => idOf(i) === extra.current);
        page = Math.max(0, Math.floor(at / PAGE));
        render();
      }
      $("statements-h").scrollIntoView();
      $("statements-h").focus({ preventScroll: true });
    }, 1);
  };
  addEventListener("hashchange", follow);
  refresh();
  follow();

  // --- on paper all tables are open
  let opened = [];
  addEventListener("beforeprint", () => { opened = [...document.querySelectorAll("details:not([open])")].filter((d) => d.querySelectorAll("tr").length < 120); for (const d of opened) d.open = true; });
  addEventListener("afterprint", () => { for (const d of opened) d.open = false; opened = []; });
})();
