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
  const empty = document.getElementById("empty");
  const keys = document.getElementById("keys");
  const keysOn = document.getElementById("keys-on");
  const fresh = document.getElementById("fresh");
  const AHEAD = 60; // Cards that are kept loaded.
  const EMPTY_PAGES = 3; // After so many without a card, whoever looks for more asks for it.
  const AT_ONCE = 4; // Decisions on their way at one time.
  const TRIES = 2;
  const PATIENCE = 20_000; // Milliseconds for one answer.
  const TAKEN_BACK = 100; // Decisions that can be taken back here; the log can take back any.
  const ASKED_AT_ONCE = 100;
  const cards = () => [...list.querySelectorAll(".card:not(.gone)")];
  const cardOf = (id) => document.getElementById(`card-${id}`);
  const idOf = (card) => Number(card.dataset.id);
  const tickOf = (card) => card.querySelector('input[name="tick"]');
  const fill = (pattern, ...values) => values.reduce((text, value, index) => text.replace(`#${index + 1}`, () => value), pattern);

  // The comment under the cursor.
  let here = null;
  const stand = (card, { focus = true } = {}) => {
    here?.classList.remove("here");
    here?.removeAttribute("aria-current");
    here = card;
    if (!card) {
      if (focus && !empty.hidden) empty.focus();
      return;
    }
    card.classList.add("here");
    card.setAttribute("aria-current", "true");
    if (focus) {
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
  const standSomewhere = () => { if (!here?.isConnected) stand(cards()[0] ?? null); };

  // What has been said: to everyone on the page, and to who hears it.
  const announce = (text) => { said.textContent = text; };
  const tell = (text, decision) => {
    const line = document.createElement("div");
    line.className = decision ? "done" : "overtaken";
    const words = document.createElement("p");
    words.textContent = text;
    line.append(words);
    if (decision) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = say.undo;
      button.addEventListener("click", () => undo(decision));
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
    document.querySelector(".badge").hidden = counts.held === 0;
  };
  const settle = () => { empty.hidden = cards().length > 0 || Boolean(list.dataset.next); };

  // Cards that come after those on the page.
  let loading = false;
  let emptyPages = 0;
  const load = async (query) => {
    const answer = await fetch(`/admin/comments/cards?${say.filter}&${query}`, { redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".cards");
    for (const card of page.children) card.dataset.asOf = page.dataset.asOf;
    return page;
  };
  const more = async () => {
    const after = list.dataset.next;
    if (!after || loading || cards().length >= AHEAD || emptyPages >= EMPTY_PAGES) return;
    loading = true;
    try {
      const page = await load(`after=${after}`);
      if (page.dataset.next) list.dataset.next = page.dataset.next;
      else delete list.dataset.next;
      const anew = [...page.children].filter((card) => !cardOf(card.dataset.id) && !isOurs(idOf(card)));
      list.append(...anew);
      emptyPages = anew.length ? 0 : emptyPages + 1;
      const older = document.getElementById("older");
      if (list.dataset.next && older) older.querySelector("a").search = `?${say.filter}&after=${list.dataset.next}`;
      else older?.remove();
      settle();
      if (!here) stand(cards()[0] ?? null, { focus: false });
      loading = false;
      more();
    } catch {
      // The link to older comments is there still.
      loading = false;
    }
  };

  // Decisions on their way to the site, and those that can be taken back.
  const waiting = [];
  const past = [];
  const busy = new Map(); // Comments of which the site is still to hear that a decision was taken back.
  const acts = new Set(); // What was decided here, which one need not be told.
  let underWay = 0;
  const isOurs = (id) => busy.has(id) || past.some((decision) => !decision.failedOnce && decision.ids.has(id));
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
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.type === "opaqueredirect") throw new SignedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch (error) {
      // A decision that is sent twice holds once.
      if (tries > 1 && (error instanceof TypeError || error.name === "TimeoutError")) return post(address, fields, tries - 1);
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
    if (cardOf(card.dataset.id)) return;
    if (place.isConnected) place.replaceWith(card);
    else list.prepend(card);
  };
  // No longer to be taken back from here.
  const drop = (decision) => {
    const at = past.indexOf(decision);
    if (at >= 0) past.splice(at, 1);
    return at;
  };

  const decide = (taken, fields) => {
    const decision = { fields, taken, ids: new Set(taken.map(({ card }) => idOf(card))) };
    decision.promise = new Promise((resolve) => {
      decision.resolve = resolve;
      decision.done = (answer) => {
        decision.act = answer.act;
        if (answer.act) acts.add(answer.act);
        count(answer.counts);
        for (const one of answer.passed) tell(one.said);
        if (answer.bulk && !answer.bulk.done) progress(answer.act, answer.bulk);
        if (!answer.act) drop(decision);
        if (!answer.act && !answer.passed.length) tell(answer.said);
        if (answer.act && past.at(-1) === decision) tell(answer.said, decision);
        resolve();
      };
      decision.failed = (error) => {
        decision.failedOnce = true;
        drop(decision);
        if (!decision.undone) {
          for (const one of [...taken].reverse()) bringBack(one);
          settle();
          standSomewhere();
        }
        tell(error instanceof SignedOut ? say.signedOut : say.failed);
        resolve();
      };
    });
    told.replaceChildren();
    past.push(decision);
    if (past.length > TAKEN_BACK) for (const { place } of past.shift().taken) place.remove();
    const before = taken.map(({ card }) => busy.get(idOf(card))).filter(Boolean);
    if (before.length) {
      Promise.all(before).then(() => {
        if (decision.undone) decision.resolve();
        else waiting.push(decision);
        send();
      });
    } else waiting.push(decision);
    send();
    settle();
    more();
  };
  const decideOne = (card, button) => {
    // Someone else has decided about it: the key leads on.
    if (card?.classList.contains("gone")) return stand(neighbour(card, 1) ?? card);
    if (!card || !button) return;
    const taken = take(card);
    settle();
    if (card === here || !here?.isConnected) stand(taken.next);
    announce(button.getAttribute("aria-label"));
    const asOf = card.dataset.asOf ?? list.dataset.asOf;
    decide([taken], [[button.name, button.value], ["as_of", asOf]]);
  };
  const decideTicked = (to) => {
    const ticked = cards().filter((card) => tickOf(card)?.checked);
    if (!ticked.length) return false;
    const fields = [["all", to], ["why", form.elements.why?.value ?? ""], ...ticked.map((card) => ["tick", tickOf(card).value])];
    const taken = ticked.map(take);
    for (const { card } of taken) tickOf(card).checked = false;
    document.getElementById("tick-all").checked = false;
    if (form.elements.why) form.elements.why.value = "";
    settle();
    standSomewhere();
    decide(taken, fields);
    return true;
  };

  // Takes a decision back, the last if none is named: the card is there at once, and the site hears of it as soon as it has
  // heard of the decision.
  const undo = async (decision = past.at(-1)) => {
    if (!decision) return;
    const at = drop(decision);
    if (at < 0) return;
    decision.undone = true;
    const brought = decision.taken;
    for (const one of [...brought].reverse()) bringBack(one);
    told.replaceChildren();
    settle();
    stand(brought[0].card);
    announce(fill(say.broughtBack, brought[0].card.dataset.name));
    // What was not sent yet need not be taken back.
    const unsent = waiting.indexOf(decision);
    if (unsent >= 0) return void waiting.splice(unsent, 1);
    const heard = takeBack(decision, at);
    for (const id of decision.ids) busy.set(id, heard);
    await heard;
    for (const id of decision.ids) if (busy.get(id) === heard) busy.delete(id);
    settle();
    standSomewhere();
  };
  const takeBack = async (decision, at) => {
    await decision.promise;
    if (!decision.act) return;
    try {
      const answer = await post("/admin/comments/undo", [["act", decision.act]]);
      count(answer.counts);
      if (answer.act) acts.add(answer.act);
      else {
        tell(answer.said);
        await look([...decision.ids]);
      }
      if (answer.bulk && !answer.bulk.done) progress(answer.act, answer.bulk);
    } catch (error) {
      for (const one of decision.taken) {
        if (!one.card.isConnected) continue;
        one.place = document.createComment("");
        one.card.replaceWith(one.place);
      }
      decision.undone = false;
      past.splice(at, 0, decision);
      tell(error instanceof SignedOut ? say.signedOut : say.undoFailed);
    }
  };

  // Acts in the background.
  const ended = new Set();
  const progress = (act, { decided = 0, expected = 0, done }) => {
    let place = document.querySelector(`.under-way[data-act="${act}"]`);
    if (done || ended.has(act)) {
      ended.add(act);
      place?.remove();
      return;
    }
    if (!place) {
      place = document.createElement("div");
      place.className = "under-way";
      place.dataset.act = act;
      place.append(document.createElement("p"), document.createElement("progress"));
      form.before(place);
    }
    place.querySelector("p").textContent = fill(say.progress, decided, Math.max(expected, decided));
    place.querySelector("progress").max = Math.max(expected, decided, 1);
    place.querySelector("progress").value = decided;
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

  // Whoever leaves takes nothing along: what waits is sent, each on its own.
  addEventListener("pagehide", () => {
    for (const { fields } of waiting.splice(0)) {
      fetch("/admin/comments", { method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json" }, redirect: "manual", keepalive: true }).catch(() => {});
    }
  });
  addEventListener("beforeunload", (event) => {
    if (waiting.length) event.preventDefault();
  });

  const step = (by) => stand(here?.isConnected ? neighbour(here, by) ?? here : cards()[0] ?? null);
  const press = (card, to) => decideOne(card, card?.querySelector(`button[data-to="${to}"]`));
  const go = (card, key) => {
    const link = card?.querySelector(`a[data-key="${key}"]`);
    if (link) location.assign(link.href);
  };
  const KEYS = {
    j: () => step(1), k: () => step(-1), a: () => press(here, "approved"), f: () => press(here, "approved"),
    s: () => press(here, "spam"), d: () => press(here, "trashed"), u: () => press(here, "held"), z: () => undo(),
    r: () => go(here, "r"), e: () => go(here, "e"), p: () => go(here, "p"),
    x: () => { const box = here && tickOf(here); if (box) box.checked = !box.checked; },
  };
  const TICKED = { a: "approved", f: "approved", s: "spam", d: "trashed", u: "held" };
  // The letter of a key: on a keyboard for another script, the one that is printed beside it.
  const letterOf = (event) => {
    const letter = event.key.length === 1 ? event.key.toLowerCase() : "";
    if (/^[a-z]$/.test(letter)) return letter;
    return /\p{L}|\p{M}|^['’.,;[\]]$/u.test(letter) ? /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? "" : "";
  };
  const areKeysOn = () => localStorage.getItem("queue-keys") !== "off";
  keysOn.checked = areKeysOn();
  keysOn.addEventListener("change", () => localStorage.setItem("queue-keys", keysOn.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const field = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable], .reply-body.long");
    if (field) return void (event.key === "Escape" && field.blur());
    if (event.key === "?") {
      event.preventDefault();
      if (keys.open) keys.close();
      else keys.showModal();
      return;
    }
    if (keys.open || !areKeysOn()) return;
    const arrow = list.contains(document.activeElement) && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (arrow) {
      event.preventDefault();
      return step(arrow);
    }
    const letter = letterOf(event);
    // A key that is held down goes on through the list, and decides once.
    if (!letter || (event.repeat && !"jk".includes(letter))) return;
    if (event.shiftKey) return void (TICKED[letter] && decideTicked(TICKED[letter]) && event.preventDefault());
    if (!KEYS[letter]) return;
    event.preventDefault();
    KEYS[letter]();
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
  const close = (card, text) => {
    if (card.classList.contains("gone")) return;
    card.classList.add("gone");
    for (const control of card.querySelectorAll("button, input, label, .card-link")) control.remove();
    const line = document.createElement("p");
    line.className = "card-elsewhere";
    line.textContent = text;
    card.querySelector(".card-acts").replaceChildren(line);
    if (card === here) announce(text);
  };
  // Looks what some comments are by now, and shows it where they are.
  const look = async (ids) => {
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const some = ids.slice(at, at + ASKED_AT_ONCE);
      const page = await load(`ids=${some.join(",")}`);
      const found = new Map([...page.children].map((card) => [idOf(card), card]));
      for (const id of some) {
        const [card, anew] = [cardOf(id), found.get(id)];
        if (!card || isOurs(id)) continue;
        if (!anew) close(card, say.meanwhileGone);
        else if (anew.dataset.status !== say.part) close(card, fill(say.meanwhile, say[anew.dataset.status]));
        else if (card.classList.contains("gone") || card.dataset.version !== anew.dataset.version) {
          card.replaceWith(anew);
          if (card === here) stand(anew, { focus: false });
        }
      }
    }
    settle();
    more();
  };
  const hear = (event) => {
    const { by, name, act, changed } = JSON.parse(event.data);
    const again = [];
    for (const [status, ids] of Object.entries(changed)) {
      for (const id of ids) {
        if (status !== say.part) arrived.delete(id);
        // One's own are told by the answer.
        if (acts.has(act) || (String(by) === say.me && isOurs(id)) || busy.has(id)) continue;
        const card = cardOf(id);
        if (status === say.part && !card) arrived.add(id);
        else if (status === say.part) again.push(id);
        else if (card) close(card, fill(say.elsewhere, name ?? "—", say[status]));
      }
    }
    showFresh();
    settle();
    more();
    if (again.length) look(again).catch(() => {});
  };
  let live = null;
  let wasOpen = false;
  const listen = () => {
    live?.close();
    live = new EventSource("/admin/comments/live");
    const lookAtAll = () => look(cards().map(idOf)).catch(() => {});
    live.addEventListener("open", () => {
      // What was said meanwhile nobody heard.
      if (wasOpen) lookAtAll();
      wasOpen = true;
    });
    live.addEventListener("anew", lookAtAll);
    live.addEventListener("decided", hear);
    live.addEventListener("left", (event) => {
      const { ids } = JSON.parse(event.data);
      for (const id of ids) arrived.delete(id);
      showFresh();
      look(ids.filter(cardOf)).catch(() => {});
    });
    live.addEventListener("counts", (event) => count(JSON.parse(event.data)));
    live.addEventListener("bulk", (event) => {
      const { act, ...how } = JSON.parse(event.data);
      progress(act, how);
    });
    live.addEventListener("arrived", (event) => {
      if (say.part !== "held") return;
      for (const id of JSON.parse(event.data).ids) if (!cardOf(id) && !isOurs(id)) arrived.add(id);
      showFresh();
    });
  };
  // A desk that nobody sees keeps no connection open: browsers have six for a site.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) live?.close();
    else listen();
  });
  if (!document.hidden) listen();
  addEventListener("pagehide", () => live?.close());
  addEventListener("pageshow", (event) => event.persisted && listen());

  stand(cards()[0] ?? null, { focus: false });
  more();
})();
