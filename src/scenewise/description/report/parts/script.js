"use strict";
(() => {
  const player = document.getElementById("player");
  const lines = [...document.querySelectorAll(".line")];
  const spoken = lines
    .filter((line) => line.dataset.start !== undefined)
    .map((line) => ({
      line,
      start: Number(line.dataset.start),
      end: Number(line.dataset.end),
      words: line.querySelector(".words").textContent,
    }))
    .sort((a, b) => a.start - b.start);
  const clock = (seconds) => {
    const tenths = Math.round(seconds * 10);
    const minutes = Math.floor(tenths / 600);
    const tail = `${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
    if (minutes < 60) return `${minutes}:${tail}`;
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
  };

  // every time on the page moves the player
  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= window.innerHeight;
  };
  const goTo = (seconds) => {
    player.currentTime = seconds;
    const started = player.play();
    if (started) started.catch(() => {});
    if (!isSeen(player)) player.scrollIntoView({ block: "start" });
  };
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || player.error) return;
    const target = event.target.closest("[data-seek]");
    if (!target) return;
    event.preventDefault();
    goTo(Number(target.dataset.seek));
  });
  player.addEventListener("error", () => {
    document.getElementById("player-problem").hidden = false;
  });

  // what is being said now, in words and in the drawings
  const now = document.getElementById("now");
  const label = document.getElementById("now-label");
  const words = document.getElementById("now-words");
  const rows = [...document.querySelectorAll("svg.row")].map((svg) => ({
    cursor: svg.querySelector(".cursor"),
    from: Number(svg.dataset.from),
    to: Number(svg.dataset.to),
    left: Number(svg.dataset.left),
    right: Number(svg.dataset.right),
  }));
  let shownLine = null;
  const show = () => {
    const time = player.currentTime;
    for (const row of rows) {
      const inside = time >= row.from && time < row.to;
      row.cursor.setAttribute("visibility", inside ? "visible" : "hidden");
      if (!inside) continue;
      const x = row.left + ((time - row.from) / (row.to - row.from)) * (row.right - row.left);
      row.cursor.setAttribute("x1", x);
      row.cursor.setAttribute("x2", x);
    }
    const current = spoken.find((one) => time >= one.start - 0.02 && time < one.end);
    const next = spoken.find((one) => one.start > time);
    const line = current ? current.line : null;
    if (line !== shownLine) {
      if (shownLine) shownLine.removeAttribute("aria-current");
      if (line) line.setAttribute("aria-current", "true");
      shownLine = line;
    }
    const told = current || next;
    const text = current
      ? `Being said, ${clock(current.start)}`
      : next
        ? `Next, at ${clock(next.start)}`
        : "After the last description";
    if (label.textContent !== text) label.textContent = text;
    const said = told ? told.words : "";
    if (words.textContent !== said) words.textContent = said;
    now.classList.toggle("speaking", Boolean(current));
  };
  if (spoken.length) {
    now.hidden = false;
    show();
  }
  for (const kind of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
    player.addEventListener(kind, show);
  }

  // the list, all of it or a part
  const filter = document.getElementById("filter");
  if (filter) {
    filter.hidden = false;
    filter.addEventListener("change", (event) => {
      const wanted = event.target.value;
      let count = 0;
      for (const line of lines) {
        line.hidden = wanted !== "all" && line.dataset.state !== wanted;
        if (!line.hidden) count += 1;
      }
      document.getElementById("filtered").textContent = `${count} of ${lines.length} shown`;
    });
  }

  // a link to a line that the filter hides shows it again
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.hidden) {
      filter.querySelector("[value=all]").click();
      target.scrollIntoView();
    }
  });

  // on paper everything is open
  const closed = new Set();
  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) {
      closed.add(part);
      part.open = true;
    }
  });
  window.addEventListener("afterprint", () => {
    for (const part of closed) part.open = false;
    closed.clear();
  });
})();
