// Tries the word lists on the last comments while they are typed. The page works without it: a button does the same.
"use strict";
(() => {
  const form = document.getElementById("discussion");
  if (!form) return;
  const PAUSE = 400;
  const lists = ["hold_words", "refuse_words"].map((name) => ({
    area: form.elements[name],
    place: document.getElementById(`${name}-tried`),
    here: document.getElementById(`${name}-here`),
  }));
  let timer;
  let underWay = false;
  let askAgain = false;

  // Says what the line that is being typed would have done, and marks it among the others.
  const mark = ({ area, place, here }) => {
    const before = area.value.slice(0, area.selectionStart);
    const number = before.split("\n").length;
    const line = area.value.split("\n")[number - 1].trim();
    const tried = place.querySelector("[data-none]");
    place.querySelectorAll("[data-line]").forEach((row) => row.classList.toggle("here", row.dataset.line === String(number)));
    const row = place.querySelector("tr.here");
    if (!line || !tried || document.activeElement !== area) here.textContent = "";
    else if (row) here.textContent = `${row.cells[0].textContent} · ${row.cells[2].textContent}`;
    else here.textContent = tried.dataset.none.replace("#", number);
  };

  const ask = async () => {
    askAgain = underWay;
    if (underWay) return;
    underWay = true;
    try {
      const body = new URLSearchParams(lists.map(({ area }) => [area.name, area.value]));
      const answer = await fetch(form.dataset.try, { method: "POST", body, redirect: "error" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        lists.forEach((list) => {
          const tried = page.getElementById(list.place.id);
          if (tried) list.place.replaceChildren(...tried.childNodes);
          mark(list);
        });
      }
    } catch { /* The site is away, or the session has ended: saving tells. */ }
    underWay = false;
    if (askAgain) ask();
  };

  lists.forEach((list) => {
    list.area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    ["keyup", "click", "focus", "blur"].forEach((event) => list.area.addEventListener(event, () => mark(list)));
  });
})();
