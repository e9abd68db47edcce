// The queue without waiting: a decision takes its card away at once, the next one is there already, and what the site
// answers confirms it or brings the card back with a sentence. Without this script the same forms do the same.
"use strict";
(() => {
  const form = document.getElementById("queue");
  const list = form?.querySelector(".cards");
  if (!list) return;
  const say = form.dataset;
  const told = document.getElementById("told");
  const said = document.getElementById("said");
  const keys = document.getElementById("keys");
  const fresh = document.getElementById("fresh");
  const AHEAD = 60; // Cards that are kept loaded.
  const AT_ONCE = 4; // Decisions on their way at one time.
  const TRIES = 2;
  const cards = () => [...list.querySelectorAll(".card:not(.gone)")];
  const cardOf = (id) => document.getElementById(`card-${id}`);
  const fill = (pattern, ...values) => values.reduce((text, value, index) => text.replace(`#${index + 1}`, value), pattern);

  // The comment under the cursor.
  let here = null;
  const stand = (card, how = {}) => {
    here?.classList.remove("here");
    here?.removeAttribute("aria-current");
    here = card;
    if (!card) return;
    card.classList.add("here");
    card.setAttribute("aria-current", "true");
    if (how.focus !== false) {
      card.tabIndex = -1;
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
  };
  const neighbour = (card, step) => {
    let next = card;
    do next = step > 0 ? next?.nextElementSibling : next?.previousElementSibling;
    while (next && next.classList.contains("gone"));
    return next;
  };

  // What has been said: to everyone on the page, and to who hears it.
  const announce = (text) => { said.textContent = text; };
  const tell = (text, act) => {
    const line = document.createElement("div");
    line.className = act ? "done" : "overtaken";
    const words = document.createElement("p");
    words.textContent = text;
    line.append(words);
    if (act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = say.undo;
      button.addEventListener("click", () => undo());
      line.append(button);
    }
    told.replaceChildren(line);
    announce(text);
  };
  let countedAt = 0;
  const count = (counts) => {
    // Answers may overtake one another.
    if (!counts || counts.as_of < countedAt) return;
    countedAt = counts.as_of;
    for (const [status, number] of Object.entries(counts)) {
      for (const place of document.querySelectorAll(`[data-count="${status}"]`)) place.textContent = number;
    }
  };

  // Cards that come after those on the page.
  let loading = null;
  const more = () => {
    const after = list.dataset.next;
    if (!after || loading || cards().length >= AHEAD) return;
    loading = load(`after=${after}`)
      .then((page) => {
        if (page.dataset.next) list.dataset.next = page.dataset.next;
        else delete list.dataset.next;
        for (const card of [...page.children]) if (!cardOf(card.dataset.id)) list.append(card);
        const older = document.getElementById("older");
        if (list.dataset.next && older) older.querySelector("a").search = `?${say.filter}&after=${list.dataset.next}`;
        else older?.remove();
        loading = null;
        if (!here) stand(cards()[0] ?? null, { focus: false });
        settle();
        more();
      })
      .catch(() => { loading = null; });
  };
  const load = async (query) => {
    const answer = await fetch(`/admin/comments/cards?${say.filter}&${query}`, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".cards");
  };
  const settle = () => {
    document.getElementById("empty").hidden = cards().length > 0 || Boolean(list.dataset.next);
  };

  // Decisions on their way to the site, and those that can be taken back.
  const waiting = [];
  const past = [];
  const busy = new Map(); // Comments of which the site is still to hear that a decision was taken back.
  let underWay = 0;
  const send = () => {
    while (underWay < AT_ONCE && waiting.length) {
      underWay += 1;
      const decision = waiting.shift();
      post("/admin/comments", decision.fields)
        .then((answer) => decision.done(answer), (error) => decision.failed(error))
        .finally(() => { underWay -= 1; send(); });
    }
  };
  class SignedOut extends Error {}
  const post = async (address, fields, tries = TRIES) => {
    try {
      const answer = await fetch(address, {
        method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json" }, redirect: "manual", keepalive: true,
      });
      if (answer.type === "opaqueredirect") throw new SignedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch (error) {
      // A decision that is sent twice holds once.
      if (tries > 1 && error instanceof TypeError) return post(address, fields, tries - 1);
      throw error;
    }
  };
  const take = (card) => {
    const place = document.createComment("");
    card.before(place);
    const next = neighbour(card, 1) ?? neighbour(card, -1);
    card.remove();
    return { card, place, next };
  };
  const bringBack = ({ card, place }) => {
    card.classList.remove("swiped");
    card.style.removeProperty("--swipe");
    if (place.isConnected) place.replaceWith(card);
    else list.prepend(card);
    settle();
  };

  const decide = (taken, fields) => {
    const decision = {
      fields: [...fields, ["why", form.elements.why?.value ?? ""]],
      taken,
      promise: null,
    };
    decision.promise = new Promise((resolve) => {
      decision.drop = resolve;
      decision.done = (answer) => {
        decision.act = answer.act;
        count(answer.counts);
        const passed = new Map(answer.passed.map((one) => [one.id, one]));
        for (const one of taken) {
          const id = Number(one.card.dataset.id);
          if (passed.has(id)) tell(passed.get(id).said);
          one.place.remove();
        }
        if (answer.bulk && !answer.bulk.done) progress(answer.act, answer.bulk);
        if (answer.act && past.at(-1) === decision) tell(answer.said, answer.act);
        resolve();
      };
      decision.failed = (error) => {
        past.splice(past.indexOf(decision), 1);
        if (!decision.undone) for (const one of [...taken].reverse()) bringBack(one);
        tell(error instanceof SignedOut ? say.signedOut : say.failed);
        stand(taken[0].card);
        resolve();
      };
    });
    past.push(decision);
    const before = taken.map(({ card }) => busy.get(card.dataset.id)).filter(Boolean);
    if (before.length) Promise.all(before).then(() => (decision.undone ? decision.drop() : waiting.push(decision), send()));
    else waiting.push(decision);
    send();
    settle();
    more();
  };
  const decideOne = (card, button) => {
    // Someone else has decided about it: the key leads on.
    if (card?.classList.contains("gone")) return stand(neighbour(card, 1) ?? card);
    if (!card || !button) return;
    const taken = take(card);
    if (card === here || !here?.isConnected) stand(taken.next);
    announce(`${button.getAttribute("aria-label")}`);
    decide([taken], [[button.name, button.value]]);
  };
  const decideTicked = (to) => {
    const ticked = cards().filter((card) => card.querySelector('input[name="tick"]').checked);
    if (!ticked.length) return false;
    const fields = ticked.map((card) => ["tick", card.querySelector('input[name="tick"]').value]);
    const taken = ticked.map(take);
    for (const one of taken) one.card.querySelector('input[name="tick"]').checked = false;
    document.getElementById("tick-all").checked = false;
    if (!here?.isConnected) stand(cards()[0] ?? null);
    decide(taken, [["all", to], ...fields]);
    return true;
  };

  // Takes the last decision back: the card is there at once, and the site hears of it as soon as it has heard of the decision.
  const undo = async () => {
    const decision = past.pop();
    if (!decision) return;
    decision.undone = true;
    const brought = decision.taken;
    for (const one of [...brought].reverse()) bringBack(one);
    told.replaceChildren();
    stand(brought[0].card);
    announce(fill(say.broughtBack, brought[0].card.dataset.name));
    // What was not sent yet need not be taken back.
    const unsent = waiting.indexOf(decision);
    if (unsent >= 0) return void waiting.splice(unsent, 1);
    const heard = takeBack(decision, brought);
    for (const { card } of brought) busy.set(card.dataset.id, heard);
    await heard;
    for (const { card } of brought) if (busy.get(card.dataset.id) === heard) busy.delete(card.dataset.id);
    settle();
  };
  const takeBack = async (decision, brought) => {
    await decision.promise;
    if (!decision.act) return;
    try {
      const answer = await post("/admin/comments/undo", [["act", decision.act]]);
      count(answer.counts);
      if (!answer.act) {
        for (const one of brought) one.card.remove();
        tell(answer.said);
        if (!here?.isConnected) stand(cards()[0] ?? null);
      }
      if (answer.bulk && !answer.bulk.done) progress(answer.act, answer.bulk);
    } catch (error) {
      for (const one of brought) one.card.remove();
      past.push(decision);
      tell(error instanceof SignedOut ? say.signedOut : say.failed);
      if (!here?.isConnected) stand(cards()[0] ?? null);
    }
  };

  // Acts in the background.
  const progress = (act, { decided, expected, done }) => {
    let place = document.querySelector(`.under-way[data-act="${act}"]`);
    if (!place) {
      if (done) return;
      place = document.createElement("div");
      place.className = "under-way";
      place.dataset.act = act;
      place.append(document.createElement("p"), document.createElement("progress"));
      form.before(place);
    }
    place.querySelector("p").textContent = fill(say.progress, decided, Math.max(expected, decided));
    place.querySelector("progress").max = Math.max(expected, decided, 1);
    place.querySelector("progress").value = decided;
    if (done) place.remove();
  };

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name === "one" || button?.name === "alike") {
      event.preventDefault();
      decideOne(button.closest(".card"), button);
    } else if (button?.name === "all") {
      event.preventDefault();
      decideTicked(button.value);
    }
  });

  const step = (by) => stand(here?.isConnected ? neighbour(here, by) ?? here : cards()[0] ?? null);
  const press = (card, to) => decideOne(card, card?.querySelector(`button[data-to="${to}"]`));
  const go = (card, key) => {
    const link = card?.querySelector(key === "p" ? 'a[href$="/person"]' : `a[data-key="${key}"]`);
    if (link) location.assign(link.href);
  };
  const KEYS = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    a: () => press(here, "approved"), f: () => press(here, "approved"), s: () => press(here, "spam"),
    d: () => press(here, "trashed"), u: () => press(here, "held"), z: () => undo(),
    r: () => go(here, "r"), e: () => go(here, "e"), p: () => go(here, "p"),
    x: () => { const box = here?.querySelector('input[name="tick"]'); if (box) box.checked = !box.checked; },
    "?": () => (keys.open ? keys.close() : keys.showModal()),
  };
  const SHIFTED = { A: "approved", F: "approved", S: "spam", D: "trashed", U: "held" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const inField = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable], .reply-body.long");
    if (inField && event.key !== "Escape") return;
    if (keys.open && event.key !== "?") return;
    if (inField) return event.target.blur();
    const ticked = event.shiftKey && SHIFTED[event.key];
    if (ticked) return void (decideTicked(ticked) && event.preventDefault());
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.getElementById("show-keys")?.addEventListener("click", () => keys.showModal());
  list.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card && card !== here) stand(card, { focus: false });
  });

  // A swipe to the right approves, one to the left is spam; the buttons say the same.
  let swipe = null;
  list.addEventListener("touchstart", (event) => {
    const card = event.target.closest(".card");
    if (!card || card.classList.contains("gone") || event.touches.length > 1 || event.target.closest("button, a, input, .long")) return;
    swipe = { card, x: event.touches[0].clientX, y: event.touches[0].clientY, by: 0 };
  }, { passive: true });
  list.addEventListener("touchmove", (event) => {
    if (!swipe) return;
    const [x, y] = [event.touches[0].clientX - swipe.x, event.touches[0].clientY - swipe.y];
    if (!swipe.by && Math.abs(y) > Math.abs(x)) { swipe = null; return; }
    swipe.by = x;
    swipe.card.classList.add("swiped");
    swipe.card.classList.toggle("to-first", x > 0);
    swipe.card.style.setProperty("--swipe", `${x}px`);
  }, { passive: true });
  const letGo = (event) => {
    if (!swipe) return;
    const { card, by } = swipe;
    swipe = null;
    card.classList.remove("swiped");
    card.style.removeProperty("--swipe");
    if (event.type === "touchcancel" || Math.abs(by) < Math.min(140, innerWidth / 3)) return;
    press(card, by > 0 ? "approved" : "spam");
  };
  list.addEventListener("touchend", letGo);
  list.addEventListener("touchcancel", letGo);

  // What others decide, and what comes in, as it happens.
  const arrived = new Set();
  const showFresh = () => {
    fresh.hidden = arrived.size === 0;
    fresh.querySelector("a").textContent = say.unread.replace("#", arrived.size);
  };
  // Someone has taken their decision back.
  const revive = (card) => {
    if (!card.classList.contains("gone")) return;
    load(`ids=${card.dataset.id}`).then((page) => {
      const anew = page.firstElementChild;
      if (!anew) return;
      card.replaceWith(anew);
      if (card === here) stand(anew, { focus: false });
      settle();
    }).catch(() => {});
  };
  const elsewhere = (id, status, name) => {
    arrived.delete(id);
    const card = cardOf(id);
    if (status === say.part) return card ? revive(card) : void arrived.add(id);
    if (!card) return;
    card.classList.add("gone");
    for (const control of card.querySelectorAll("button, input, .card-link")) control.remove();
    const line = document.createElement("p");
    line.className = "card-elsewhere";
    line.textContent = fill(say.elsewhere, name, say[status]);
    card.querySelector(".card-acts").replaceChildren(line);
    if (card === here) announce(line.textContent);
  };
  if (window.EventSource) {
    const live = new EventSource("/admin/comments/live");
    live.addEventListener("decided", (event) => {
      const { by, name, changed } = JSON.parse(event.data);
      for (const [status, ids] of Object.entries(changed)) {
        for (const id of ids) {
          // One's own are told by the answer; those from another window of one's own are on the page still.
          if (busy.has(String(id))) continue;
          if (String(by) === say.me && !cardOf(id)) arrived.delete(id);
          else if (!past.some((decision) => decision.taken.some(({ card }) => Number(card.dataset.id) === id))) elsewhere(id, status, name ?? "—");
        }
      }
      showFresh();
    });
    live.addEventListener("counts", (event) => count(JSON.parse(event.data)));
    live.addEventListener("bulk", (event) => {
      const { act, ...how } = JSON.parse(event.data);
      progress(act, how);
    });
    live.addEventListener("arrived", (event) => {
      if (say.part !== "held") return;
      for (const id of JSON.parse(event.data).ids) if (!cardOf(id)) arrived.add(id);
      showFresh();
    });
    addEventListener("pagehide", () => live.close());
  }

  stand(cards()[0] ?? null, { focus: false });
  more();
})();
