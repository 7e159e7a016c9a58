"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const COLOURED = 10;
  const find = (id) => document.getElementById(id);
  const form = find("choice");
  const chosen = { topic: "", account: "" };

  const look = (topic) => (topic < 0 ? "nothing" : topic < COLOURED ? `t${topic}` : "rest");
  const label = (topic) => (topic < 0 ? data.none : data.labels[topic]);
  const drawn = (kind, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const titled = (shape, text) => {
    shape.append(drawn("title", {}, text));
    return shape;
  };

  function ticks(most) {
    const rough = most / 4;
    const power = 10 ** Math.floor(Math.log10(Math.max(rough, 0.25)));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  }

  function months() {
    const place = find("months");
    if (!place) return;
    const byMonth = new Map(data.months.map((month) => [month, new Map()]));
    for (const [account, month, topic, weight] of data.shares) {
      if (account !== chosen.account) continue;
      if (chosen.topic !== "" && topic !== Number(chosen.topic)) continue;
      byMonth.get(month).set(topic, weight);
    }
    const order = [...data.labels.keys(), -1];
    const heights = [...byMonth.values()].map((m) => [...m.values()].reduce((a, b) => a + b, 0));
    const most = Math.max(1, ...heights);
    const left = 44, top = 10, high = 260, each = Math.max(26, Math.min(64, 900 / data.months.length));
    const wide = left + each * data.months.length + 10;
    place.setAttribute("width", wide);
    place.setAttribute("height", high + top + 64);
    const parts = [];
    for (const tick of ticks(most)) {
      const y = top + high - (tick / most) * high;
      parts.push(drawn("line", { x1: left, x2: wide, y1: y, y2: y }));
      parts.push(drawn("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, +tick.toFixed(2)));
    }
    [...byMonth].forEach(([month, weights], at) => {
      const x = left + at * each;
      let y = top + high;
      for (const topic of order) {
        const weight = weights.get(topic) ?? 0;
        if (!weight) continue;
        const tall = (weight / most) * high;
        y -= tall;
        parts.push(titled(
          drawn("rect", { class: look(topic), x: x + 2, y, width: each - 4, height: Math.max(0.5, tall - 0.5) }),
          `${month}, ${label(topic)}: ${weight.toFixed(1)}`,
        ));
      }
      const foot = { x: x + each / 2, y: top + high + 14, "text-anchor": "end" };
      foot.transform = `rotate(-45 ${foot.x} ${foot.y})`;
      parts.push(drawn("text", foot, month));
    });
    place.replaceChildren(...parts);
  }

  const points = [];
  function map() {
    const place = find("map");
    const wide = 900, high = 560, edge = 10;
    place.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    const shapes = data.points.map(([video, time, topic, x, y]) => {
      const shape = drawn("circle", {
        class: look(topic), r: 4,
        cx: (edge + x * (wide - 2 * edge)).toFixed(1),
        cy: (high - edge - y * (high - 2 * edge)).toFixed(1),
      });
      points.push({ shape, video, time, topic });
      return shape;
    });
    // what belongs to nothing lies below the rest
    place.append(...shapes.filter((_, i) => data.points[i][2] < 0), ...shapes.filter((_, i) => data.points[i][2] >= 0));
    const of = new Map(points.map((point) => [point.shape, point]));
    place.addEventListener("pointerover", (event) => {
      const point = of.get(event.target);
      if (!point) return;
      const [id, account, month] = data.videos[point.video];
      const when = point.time < 0 ? "" : ` at ${point.time.toFixed(1)} s`;
      find("point").textContent = [`${id}${when}`, account, month, label(point.topic)].filter(Boolean).join(", ");
    });
    place.addEventListener("click", (event) => {
      const point = of.get(event.target);
      if (!point) return;
      find("topic").value = String(point.topic);
      choose();
    });
  }

  function choose() {
    chosen.topic = find("topic").value;
    chosen.account = find("account").value;
    const passes = (topic, account) =>
      (chosen.topic === "" || topic === chosen.topic) && (chosen.account === "" || account === chosen.account);
    for (const card of document.querySelectorAll(".card")) {
      card.classList.toggle("chosen", card.dataset.topic === chosen.topic);
      card.classList.toggle("faded", chosen.topic !== "" && card.dataset.topic !== chosen.topic);
    }
    for (const row of document.querySelectorAll(".heat tbody tr")) {
      row.classList.toggle("chosen", row.dataset.account === chosen.account);
    }
    for (const point of points) {
      point.shape.classList.toggle("faded", !passes(String(point.topic), data.videos[point.video][1]));
    }
    let shown = 0;
    for (const row of find("videos").rows) {
      const topics = row.dataset.topics.split(" ");
      const keep = (chosen.topic === "" || topics.includes(chosen.topic))
        && (chosen.account === "" || row.dataset.account === chosen.account);
      row.hidden = !keep;
      shown += keep;
    }
    find("told").textContent = chosen.topic === "" && chosen.account === "" ? "" : `${shown} videos listed`;
    months();
  }

  form.hidden = false;
  form.addEventListener("change", choose);
  form.addEventListener("reset", () => setTimeout(choose));
  form.addEventListener("submit", (event) => event.preventDefault());
  map();
  months();
})();
