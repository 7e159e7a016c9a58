"use strict";
{
  const slider = document.getElementById("least");
  if (slider) {
    const cards = [...document.querySelectorAll(".card")];
    const shown = document.getElementById("shown");
    const apply = () => {
      const least = Number(slider.value);
      let count = 0;
      for (const card of cards) {
        card.hidden = Number(card.dataset.score) < least;
        count += card.hidden ? 0 : 1;
      }
      const told = `${count} ${count === 1 ? "video" : "videos"} shown`;
      shown.value = `${least.toFixed(2)}: ${told}`;
      slider.setAttribute("aria-valuetext", `${least.toFixed(2)}, ${told}`);
    };
    slider.addEventListener("input", apply);
    slider.closest("p").hidden = false;
    apply();
  }
}
