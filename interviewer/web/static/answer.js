// No word is lost: what is typed is kept as it is typed, what is sent is kept until the server has said that it has it.
(() => {
  const { store, random, button } = window.interviewer;
  const LONGEST = 50000, WAITS = [2, 4, 8, 15, 30];
  const $ = (id) => document.getElementById(id);
  const box = () => $("answer");
  const parse = (text) => { try { return JSON.parse(text || "{}") || {}; } catch { return {}; } };
  const escape = (text) => { const at = document.createElement("span"); at.textContent = text; return at.innerHTML; };
  let current = "", editing = null, tries = 0, last = 0, lost = false, painted = "", number = Date.now(), said = "", spoken = "", written = "", parted = "", told = "", telling = -60000;

  // One line about what is kept; errors stay until something better is true.
  const tell = (text, bad, more = "") => {
    const at = $("answer-word");
    if (!at) return;
    at.innerHTML = text ? `<p class="${bad ? "bad" : "note"}">${escape(text)}${more}</p>` : "";
    said = text;
  };
  const grow = () => {
    const at = box();
    if (!at) return;
    at.style.height = "auto";
    at.style.height = `${at.scrollHeight + 2}px`;
  };
  const keep = () => {
    const at = box();
    if (!at || at.dataset.interview !== current || !current || at.value === written) return;
    written = at.value; // only what changed here: another tab may have a draft of its own
    if (editing) { store.write("edit:" + current, JSON.stringify({ ...editing, text: at.value })); return; }
    if (!at.value) store.drop("draft:" + current);
    else if (!store.write("draft:" + current, JSON.stringify({ text: at.value }))) tell("This browser keeps nothing (its storage is full or forbidden). Do not reload before you have sent your answer.", true);
  };
  const put = (text) => { const at = box(); if (!at) return; at.value = text; grow(); keep(); };
  const kept = () => ({ "notes": "notes", "sketch-source": "sketch" });
  const entered = (id) => { if (current !== id) told = id && store.read("hold:" + id) ? null : ""; current = id || ""; tries = 0; last = -60000; if (current) setTimeout(restore, 0); };
  const restore = () => {
    const at = box();
    if (at && current && at.dataset.interview !== current) {
      at.dataset.interview = current;
      if (matchMedia("(pointer: coarse)").matches) at.placeholder = "Your answer";
      const open = parse(store.read("edit:" + current));
      editing = open.turn === undefined ? null : { turn: open.turn, stash: open.stash || "" };
      const draft = editing ? open.text || "" : parse(store.read("draft:" + current)).text || "";
      written = draft;
      if (!at.value) { at.value = draft; grow(); }
      if (editing) edits();
    }
    for (const [id, name] of Object.entries(kept())) {
      const field = $(id);
      if (field && current && field.dataset.interview !== current) { field.dataset.interview = current; field.value = store.read(`${name}:${current}`) || ""; }
    }
  };

  const note = (id, text) => {
    const notes = [store.read("notes:" + id), text].filter(Boolean).join("\n\n");
    store.write("notes:" + id, notes);
    if ($("notes") && id === current) $("notes").value = notes;
  };
  // What stands in the box when the interview ends elsewhere, or by the clock, is not lost with the box.
  const ended = () => {
    const over = $("room-over"), at = box(), word = $("answer-word");
    if (!over || !over.offsetParent) return;
    if (at && at.dataset.interview === current && at.value.trim() && !entries().length) {
      note(current, at.value.trim());
      put("");
      parted = current;
    }
    // Said again after a look at the report: the room that said it first may have gone before anybody read it.
    if (parted && parted === current && word && !word.textContent.trim())
      tell("The interview is over. What you had typed was not sent; it is kept in your notes.", true);
  };

  // The outbox: one entry per answer, each with a key of its own, in the order of sending.
  const names = () => store.names("out:");
  const entry = (name) => ({ name, ...parse(store.read(name)) });
  const memory = new Map(); // where storage is forbidden
  const entries = () => [...names().map(entry), ...memory.values()];
  const queue = (one) => {
    const name = `out:${String(number += 1).padStart(14, "0")}:${one.key}`;
    if (!store.write(name, JSON.stringify(one))) memory.set(name, { name, ...one });
  };
  const drop = (name) => { store.drop(name); memory.delete(name); };
  const pack = () => { last = performance.now(); return JSON.stringify(entries().slice(0, 20).map(({ id, key, text, mode, edits }) => ({ id, key, text, mode, edits }))); };
  const paint = () => {
    const at = $("outbox");
    if (!at) return;
    const mine = entries().filter((one) => one.id === current);
    const state = lost || tries ? "Not sent yet. It is kept in this browser and sent as soon as the connection is back." : "Sending …";
    const now = mine.map((one) => `<div class="pending"><div class="message user" dir="auto">${escape(one.text)}</div><span class="quiet">${state}</span></div>`).join("");
    if (now !== painted || (now && !at.childElementCount)) { at.innerHTML = now; painted = now; if (now) down(true); }
  };

  // Into the outbox at once, before anything is asked of the network.
  const take = () => {
    const at = box(), text = at ? at.value.trim() : "";
    if (!text || !current) return false;
    if (text.length > LONGEST) {
      tell(`An answer may have ${LONGEST.toLocaleString("en")} characters; this one has ${text.length.toLocaleString("en")}. Nothing was sent and nothing was cut: send it in parts.`, true);
      return false;
    }
    const edits = editing ? editing.turn : null, stash = editing ? editing.stash : "";
    queue({ id: current, key: random(), text, mode: spoken ? "spoken" : "typed", edits });
    editing = null; spoken = "";
    store.drop("edit:" + current);
    if (!lost) tell("");
    put(stash);
    paint();
    at.focus();
    return true;
  };
  const draw = (id, text) => { queue({ id, key: random(), text, mode: "drawn", edits: null }); paint(); };
  const again = () => { const at = button("room-resend"); last = performance.now(); if (at) at.click(); };
  // A drawing is shown: finished words that stand in the box go along, ahead of the interviewer's answer.
  const along = () => { if (!edited() && !button("voice-talk")?.classList.contains("recording")) take(); again(); };
  const acknowledged = (reply) => {
    const news = parse(reply);
    const byKey = new Map(entries().map((one) => [one.key, one]));
    for (const one of news.news || []) {
      const known = byKey.get(one.key);
      if (!known) continue;
      drop(known.name);
      if (one.state === "stored") continue;
      if (one.state === "over") note(known.id, known.text);
      else if (known.id === current) put([known.text, box() ? box().value : ""].filter(Boolean).join("\n\n"));
      else store.write("draft:" + known.id, JSON.stringify({ text: [known.text, parse(store.read("draft:" + known.id)).text].filter(Boolean).join("\n\n") }));
      tell(one.word, true);
    }
    if (news.word) { tries += 1; tell(`${news.word.replace(/\.?$/, ".")} Your words are kept and sent again.`, true); } else { tries = 0; found(); }
    paint();
  };
  const unsent = () => { tries += 1; paint(); };
  const gone = () => { if (lost) return; lost = true; tell("The connection is gone. What you type and send is kept in this browser.", true); paint(); };
  const found = () => { if (!lost) return; lost = false; tell(""); paint(); if (entries().length) again(); };

  // Editing the last answer: its words come into the box; what was there waits.
  const edits = () => tell("You are editing your last answer; the interviewer waits.", false, ' <button type="button" class="link" id="edit-cancel">Cancel</button>');
  const edit = (at) => {
    const turn = Number(at.dataset.edit), sent = entries().filter((one) => one.edits === turn).at(-1);
    if (editing) { box().focus(); return; }
    const words = sent ? sent.text : at.closest(".message-row").querySelector(".message").innerText.trim();
    editing = { turn, stash: box() ? box().value : "" };
    store.write("draft:" + current, JSON.stringify({ text: editing.stash }));
    put(words);
    hold();
    edits();
    box().focus();
  };
  // The server is told what is edited now until it has said that it knows: a press while one is under way is dropped.
  const edited = () => {
    const sent = editing || entries().find((one) => one.id === current && Number.isInteger(one.edits)); // until it is stored
    return sent ? String(editing ? editing.turn : sent.edits) : "";
  };
  const hold = () => {
    const at = button("room-hold");
    if (!at || lost || !current || edited() === told || performance.now() - telling < 3000) return;
    telling = performance.now();
    if (edited()) store.write("hold:" + current, edited()); // a reload must not forget that it was told
    at.click();
  };
  const held = (turn) => { told = turn; telling = -60000; if (!told) store.drop("hold:" + current); hold(); };
  const cancel = () => {
    if (!editing) return;
    const stash = editing.stash;
    editing = null;
    hold(); store.drop("edit:" + current); tell(""); put(stash); box().focus();
  };
  // The interviewer does not wait for ever: once it has answered, what stands in the box is a new answer.
  const late = () => {
    if (!editing || !box() || box().dataset.interview !== current || entries().length) return;
    const own = document.querySelector(`#room-said [data-turn="${editing.turn}"]`);
    if (!own || own.querySelector("[data-edit]")) return;
    const stash = editing.stash;
    editing = null;
    store.drop("edit:" + current);
    put([box().value, stash].filter(Boolean).join("\n\n"));
    tell("It has been answered meanwhile: what is in the box would be a new answer.", true);
  };

  addEventListener("input", (event) => {
    const id = event.target.id;
    if (id === "answer") { if (event.target.dataset.interview !== current) event.target.dataset.interview = current; grow(); keep(); if (said.startsWith("An answer may")) tell(""); }
    else if (kept()[id] && current) { event.target.dataset.interview = current; store.write(`${kept()[id]}:${current}`, event.target.value); }
  }, true);
  addEventListener("keydown", (event) => {
    if (event.target.id === "answer" && event.key === "Escape" && editing && !event.isComposing) { event.preventDefault(); cancel(); return; }
    if (event.target.id !== "answer" || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    const at = button("room-send");
    if (at) at.click();
  }, true);
  addEventListener("click", (event) => {
    const at = event.target.closest && event.target.closest("button");
    if (!at) return;
    if (at.closest("#room-send") && !take()) { event.stopImmediatePropagation(); event.preventDefault(); if (box()) box().focus(); }
    if (at.dataset.edit) edit(at);
    if (at.id === "edit-cancel") cancel();
  }, true);
  for (const name of ["pagehide", "visibilitychange", "beforeunload"]) addEventListener(name, keep);
  addEventListener("offline", gone);

  const healed = () => {
    try { const at = Number(sessionStorage.getItem("healed") || 0); sessionStorage.setItem("healed", Date.now()); return Date.now() - at > 60000; } catch { return false; }
  };

  // Is the server there? Asked every four seconds in a room that somebody looks at.
  let asked = 0;
  const ask = async () => {
    if (!box() || document.hidden || performance.now() - asked < 4000) return;
    asked = performance.now();
    try { const answer = await fetch("gradio_api/app_id", { cache: "no-store", signal: AbortSignal.timeout(3500) }); if (answer.ok) found(); else gone(); }
    catch { gone(); }
  };

  // The newest words stay in view, unless somebody is reading further up.
  let near = true, size = "";
  const sized = (at) => `${at.scrollHeight} ${at.clientHeight}`;
  const down = (force) => { const at = $("room-chat"); if (at && (near || force)) { at.scrollTop = at.scrollHeight; near = true; size = sized(at); } };
  addEventListener("scroll", (event) => {
    const at = event.target;
    if (at.id !== "room-chat") return;
    if (size === sized(at)) near = at.scrollHeight - at.scrollTop - at.clientHeight < 90; // else the lines moved, not the reader
    else { size = sized(at); down(false); }
  }, true);
  // A tab that makes the talk narrow, a picture that is drawn late: the words stay in view then too.
  const flow = new ResizeObserver(() => { const at = $("room-chat"); if (at) { size = sized(at); down(false); } });
  let seen = null;
  const watch = () => {
    const at = $("room-chat");
    if (!at || at === seen) return;
    seen = at; near = true;
    at.tabIndex = 0; at.setAttribute("role", "log"); at.setAttribute("aria-label", "Conversation");
    new MutationObserver(() => { down(false); if (document.activeElement === document.body && document.body.dataset.view === "room" && box() && box().offsetParent && !matchMedia("(pointer: coarse)").matches) box().focus({ preventScroll: true }); }).observe(at, { childList: true, subtree: true, characterData: true });
    flow.disconnect();
    [at, ...at.children].forEach((one) => flow.observe(one));
    down(true);
  };
  setInterval(() => {
    watch(); restore(); keep(); ended(); late(); hold(); paint(); ask();
    const wait = WAITS[Math.min(tries, WAITS.length - 1)] * 1000 + 4000 * Number(!tries);
    if (lost || !current || !entries().length || performance.now() - last < wait) return;
    tries += 1;
    if (tries > 3 && healed()) location.reload(); // the page's own connection is broken: what is kept outlives a reload
    else again();
  }, 300);

  Object.assign(window.interviewer, {
    entered, draw, along, newest: () => down(true), again, acknowledged, unsent, send: () => pack(), put, tell,
    text: () => (box() ? box().value : ""),
    edited, held,
    speaking: (how) => { spoken = how; },
  });
})();
