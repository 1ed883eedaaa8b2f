// What only the browser can do for the pages: the key, the address, the clock, forms, tabs, files, the report's frame.
(() => {
  const PREFIX = "ml-design-interviewer:", KEY = /^[0-9a-f]{32}$/;
  const $ = (id) => document.getElementById(id);
  const button = (id) => { const at = $(id); return at && (at.tagName === "BUTTON" ? at : at.querySelector("button")); };
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const store = {
    read: (name) => { try { return localStorage.getItem(PREFIX + name); } catch { return null; } },
    write: (name, value) => { try { localStorage.setItem(PREFIX + name, value); return true; } catch { return false; } },
    drop: (name) => { try { localStorage.removeItem(PREFIX + name); } catch { /* forbidden */ } },
    names: (start) => { try { return Object.keys(localStorage).filter((one) => one.startsWith(PREFIX + start)).map((one) => one.slice(PREFIX.length)).sort(); } catch { return []; } },
  };
  const tab = {
    read: (name) => { try { return sessionStorage.getItem(PREFIX + name) || ""; } catch { return ""; } },
    write: (name, value) => { try { sessionStorage.setItem(PREFIX + name, value); } catch { /* full or forbidden: then a reload loses it */ } },
  };
  let own = "", handed = 0;
  const followed = []; // where one was in the report, before each link that was followed there

  const page = (window.interviewer = {
    store, random, button,
    // Two tabs that are opened at once share one key: it is made under a lock that they share.
    async key(earlier) {
      const make = () => {
        const known = store.read("key");
        if (KEY.test(known || "")) return known;
        const old = earlier && KEY.test(earlier.key || "") ? earlier.key : "";
        own = own || old || random();
        store.write("key", own);
        return own;
      };
      return navigator.locks ? navigator.locks.request(PREFIX + "key", make) : make();
    },
    take(key) { if (KEY.test(key)) store.write("key", key); },
    went(place) {
      if (!place) return;
      const [view, id] = place.split("/");
      if (document.body.dataset.view !== view) { followed.length = 0; if (document.body.dataset.view) scrollTo(0, 0); }
      document.body.dataset.view = view;
      for (const name of ["setup", "progress", "coach", "evals"]) {
        const at = $("nav-" + name);
        if (at) view === name ? at.setAttribute("aria-current", "page") : at.removeAttribute("aria-current");
      }
      delete document.body.dataset.ending;
      if (view === "room") { // its tabs are new; one may have been chosen since they came
        const chosen = document.querySelector("#room-tabs [aria-selected=true]");
        panel(chosen ? chosen.dataset.panel : "plan");
      }
      if (view === "coach") dispatchEvent(new Event("coach"));
      const old = new URLSearchParams(location.search), now = new URLSearchParams(location.search);
      now.delete("view"); now.delete("interview");
      if (view !== "setup") now.set("view", view);
      if (id) now.set("interview", id);
      if (now.toString() === old.toString()) return;
      history.pushState(null, "", location.pathname + (now.toString() ? "?" + now : ""));
      address = location.search;
      scrollTo(0, 0);
    },
    download(file) {
      if (!file || !file.name || file.nonce === handed) return;
      handed = file.nonce;
      const text = file.binary ? Uint8Array.from(atob(file.text), (c) => c.charCodeAt(0)) : file.text;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: file.type }));
      link.download = file.name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
    choice() {
      const form = $("setup-choice");
      if (!form) return "";
      const data = Object.fromEntries(new FormData(form));
      const word = data.case === "own" && !(data.problem || "").trim() ? "Describe your own problem first, in a sentence or two."
        : data.mode === "drill" && !(data.topic || "").trim() ? "Choose a topic first." : "";
      $("setup-word").textContent = word;
      if (word) { form.querySelector(data.case === "own" && !(data.problem || "").trim() ? "[name=problem]" : "[name=topic]").focus(); return ""; }
      tab.write("problem", "");
      const start = $("setup-start");
      start.setAttribute("aria-busy", "true");
      start.textContent = "Opening the room …";
      setTimeout(() => { start.removeAttribute("aria-busy"); start.textContent = "Start the interview"; }, 8000);
      return JSON.stringify(data);
    },
    form(element) {
      const modes = () => {
        const form = element.querySelector("form");
        if (!form) return;
        const problem = form.querySelector("[name=problem]"); // half-written, it outlives a reload
        if (problem && !problem.value && tab.read("problem")) { problem.value = tab.read("problem"); form.querySelector("[name=case][value=own]").checked = true; }
        const mode = new FormData(form).get("mode");
        form.querySelectorAll("[data-mode]").forEach((at) => { at.hidden = at.dataset.mode !== mode; });
      };
      element.addEventListener("change", (event) => {
        if (event.target.name !== "mode") return;
        modes();
        const about = element.querySelector(`.about[data-mode="${event.target.value}"]`);
        const length = about && element.querySelector(`[name=minutes][value="${about.dataset.minutes}"]`);
        if (length) length.checked = true;
      });
      element.addEventListener("input", (event) => { if (event.target.name === "problem") tab.write("problem", event.target.value); });
      // Whoever writes or clicks there chooses it; whoever passes with the Tab key does not.
      const own = (event) => { if (event.target.name === "problem") element.querySelector("[name=case][value=own]").checked = true; };
      for (const kind of ["input", "click"]) element.addEventListener(kind, own);
      new MutationObserver(modes).observe(element, { childList: true, subtree: true });
      modes();
    },
    filter(element) {
      element.addEventListener("input", (event) => {
        if (event.target.id !== "progress-filter") return;
        const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        element.querySelectorAll("tbody tr").forEach((row) => {
          row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
          if (!row.hidden) shown += 1;
        });
        $("progress-none").hidden = shown > 0;
      });
    },
    // The coach's interview outlives a reload: it is kept in this tab as the editor has it, and laid out anew from that.
    coaching(element, again) {
      const keep = () => { if ($("coach-form")) tab.write("coach", page.coached()); };
      new MutationObserver(keep).observe(element, { childList: true, subtree: true });
      ["input", "change", "click"].forEach((kind) => element.addEventListener(kind, () => setTimeout(keep, 0)));
      addEventListener("coach", () => setTimeout(() => { if (tab.read("coach") && !$("coach-form") && !element.querySelector("progress")) again(tab.read("coach")); }, 150));
    },
    coached() {
      const form = $("coach-form"), data = Object.fromEntries(new FormData(form));
      const lines = [...form.querySelectorAll(".lines > li")].map((row) => [row.dataset.role, row.querySelector("p").innerText, row.dataset.at === "" ? null : Number(row.dataset.at)]);
      return JSON.stringify({ ...data, lines });
    },
    // What a button changes further up must not push the button away.
    stay(at, changes) {
      const top = at.getBoundingClientRect().top, height = changes.offsetHeight;
      const seen = new ResizeObserver(() => {
        if (changes.offsetHeight === height) return;
        seen.disconnect();
        scrollBy(0, at.getBoundingClientRect().top - top);
      });
      seen.observe(changes);
    },
    // Whoever begins to answer starts the clock, if it waits for that.
    begins() {
      const clock = document.querySelector("#room-clock .clock.waiting"), at = button("room-resume");
      if (!clock || !at || !at.offsetParent) return;
      clock.classList.remove("waiting");
      at.click();
    },
    level: () => (document.querySelector("[name=report-level]:checked") || {}).value || "",
    turn: (where) => ($(where + "-turn-choice") || {}).value || "",
  });
  // Within the report Back leads to where one was; from there it leads to the page before.
  let address = location.search;
  addEventListener("popstate", () => {
    const here = address === location.search;
    address = location.search;
    if (here) { back(); return; }
    const at = button("nav-back");
    if (at) at.click(); else location.reload();
  });

  // Small things to open and close: no question to the server, so at once.
  const panel = (name, focus) => {
    document.body.dataset.panel = name;
    document.querySelectorAll("#room-tabs [role=tab]").forEach((tab) => {
      const chosen = tab.dataset.panel === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    });
    dispatchEvent(new CustomEvent("room-panel", { detail: name }));
  };
  page.panel = panel;
  addEventListener("click", (event) => {
    const at = event.target.closest && event.target.closest("button, [role=tab]");
    if (!at) return;
    if (at.dataset.panel) panel(at.dataset.panel);
    if (["room", "report"].includes(at.dataset.act) && at.dataset.id) arrive(at.dataset.act, at.dataset.id);
    if ("confirm" in at.dataset) { const ask = at.closest("li").querySelector(".confirm"); ask.hidden = false; ask.querySelector("button").focus(); }
    if ("keep" in at.dataset) { const ask = at.closest(".confirm"); ask.hidden = true; ask.closest("li").querySelector("[data-confirm]").focus(); }
    if ("turnRole" in at.dataset) roles(at, event.shiftKey);
    if (at.id === "room-end") { document.body.dataset.ending = "1"; const yes = button("room-end-yes"); if (yes) yes.focus(); }
    if (at.id === "room-end-no") { delete document.body.dataset.ending; $("room-end").focus(); }
    if (at.id === "report-print") print();
    if (at.id === "setup-all") {
      const all = $("setup-case").toggleAttribute("data-all");
      at.setAttribute("aria-expanded", String(all));
      at.textContent = all ? (innerWidth > 860 ? "Fewer problems" : "Side by side") : at.dataset.all;
    }
    if (at.id === "owner-copy") copy(at);
    if (at.id === "report-back") history.back();
    if (at.closest("#report-opinion")) comes($("report-said"));
    if (at.id === "report-contents") { leave(null); jump(contents()); }
  });
  const copy = async (at) => {
    try { await navigator.clipboard.writeText(store.read("key")); at.textContent = "Copied"; }
    catch { const field = $("owner-key").querySelector("input"); field.type = "text"; field.select(); } // not every page may write there
  };
  // The address goes ahead of the server's answer: after a restart Gradio loads the page anew, or its line is dead.
  const arrive = (view, id) => {
    const before = document.body.dataset.view, place = `?view=${view}&interview=${id}`;
    if (before === view) return;
    history.pushState(null, "", location.pathname + place);
    address = location.search;
    setTimeout(() => { if (document.body.dataset.view === before && location.search === place) location.reload(); }, 4000);
  };
  // Who speaks in a recorded interview: a click changes one piece, with Shift every piece from there on.
  const NEXT = { interviewer: "candidate", candidate: "nobody", nobody: "interviewer" };
  const roles = (at, onwards) => {
    const row = at.closest("li"), role = NEXT[row.dataset.role];
    for (let one = row; one; one = onwards ? one.nextElementSibling : null) {
      one.dataset.role = role;
      one.querySelector("[data-turn-role]").textContent = { interviewer: "Interviewer", candidate: "Candidate", nobody: "Leave out" }[role];
    }
  };
  addEventListener("keydown", (event) => {
    const tab = event.target.closest && event.target.closest("#room-tabs [role=tab]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    const tabs = [...document.querySelectorAll("#room-tabs [role=tab]")];
    panel(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].dataset.panel, true);
    event.preventDefault();
  });

  // The clock: the server says how much has passed, the page counts on from there.
  const since = new WeakMap();
  const tick = () => {
    const clock = document.querySelector("#room-clock .clock");
    if (!clock) return;
    if (!since.has(clock) || since.get(clock).base !== clock.dataset.elapsed) {
      since.set(clock, { base: clock.dataset.elapsed, at: performance.now() });
    }
    if (clock.classList.contains("waiting") && (page.text().trim() || ($("sketch-source") || {}).value || window.interviewerVoice?.answers?.())) page.begins();
    const running = clock.dataset.running === "1";
    const passed = Number(clock.dataset.elapsed) + (running ? (performance.now() - since.get(clock).at) / 1000 : 0);
    const whole = Number(clock.dataset.minutes) * 60;
    const left = Math.max(0, Math.ceil(whole - passed));
    if (running) {
      const words = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left` : "Time is up";
      const place = clock.querySelector(".left");
      if (place.textContent !== words) place.textContent = words;
    }
    clock.classList.toggle("late", running && left <= whole / 9 && left > 0);
    clock.classList.toggle("over", running && left === 0);
    clock.querySelector(".bar div").style.width = `${Math.min(100, (passed / whole) * 100)}%`;
  };

  // How many facts the brief has stands at its tab, and in colour until one has looked.
  let looked = 0;
  const pinned = () => {
    const at = $("tab-brief"), facts = document.querySelectorAll("#room-brief li").length;
    if (!at) return;
    if (document.body.dataset.panel === "brief" || facts < looked) looked = facts;
    at.dataset.facts = facts || "";
    at.classList.toggle("grew", facts > looked);
  };

  // The report's frame runs no script and has no scroll bar of its own: this page makes it fit and lets its links jump.
  const frame = () => document.querySelector("#report-frame iframe");
  const fit = () => {
    const at = frame(), inner = at && at.contentDocument;
    if (!inner || !inner.body || !inner.body.childElementCount) return;
    const height = Math.ceil(inner.body.getBoundingClientRect().height) + 16;
    if (height > 60 && Math.abs(height - at.clientHeight) > 8) at.style.height = `${height}px`;
    if (inner.interviewerWired) return;
    inner.interviewerWired = true;
    inner.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      if (!link) return;
      event.preventDefault();
      leave(link);
      if (link.matches(".stronger")) stronger(link.getAttribute("href").split("-").at(-1));
      else jump(inner.getElementById(link.getAttribute("href").slice(1)), link.matches(".jump"));
    });
    inner.querySelectorAll("details").forEach((one) => one.addEventListener("toggle", fit));
  };
  // From a quote one wants to come back; from the contents one does not.
  const jump = (place, quote) => {
    if (!place) return;
    const target = place.closest("mark") || place, turn = target.closest(".turn");
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    fit();
    target.ownerDocument.querySelectorAll(".jumped").forEach((one) => one.classList.remove("jumped"));
    if (turn) for (const one of [target, turn]) one.classList.add("jumped");
    scrollTo({ top: scrollY + frame().getBoundingClientRect().top + target.getBoundingClientRect().top - 90 });
    target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
    if (quote) float("report-back", BACK);
  };
  // Where one is now is kept, and Back leads there; from a quote a button as well.
  const BACK = "Back to where I was";
  const leave = (link) => { followed.push({ top: scrollY, link }); history.pushState(null, ""); };
  // What was asked for comes into view when it comes.
  const comes = (place) => new MutationObserver((_, seen) => {
    if (!place.querySelector(".opinion, .bad")) return;
    seen.disconnect();
    $("report-takes").scrollIntoView();
  }).observe(place, { childList: true, subtree: true });
  // A stronger answer than that of one turn: the panel under the report opens with the turn chosen, and asks for it.
  const stronger = async (turn) => {
    const box = $("report-takes"), fold = box.querySelector("button");
    const list = () => $("report-turn-choice");
    if (!list() || !list().offsetParent) fold.click();
    for (let tries = 0; tries < 100 && !(list() && list().offsetParent); tries += 1) await new Promise((done) => setTimeout(done, 100));
    if (!list()) return;
    list().value = turn;
    button("report-opinion").click();
    box.scrollIntoView();
    list().focus({ preventScroll: true });
    float("report-back", BACK);
  };
  const float = (id, words) => {
    if ($(id)) return;
    const at = document.createElement("button");
    at.id = id; at.type = "button"; at.className = "floats"; at.textContent = words;
    document.body.append(at);
  };
  const back = () => {
    const from = followed.pop();
    if (from) scrollTo({ top: from.top });
    if (from && from.link && from.link.isConnected) from.link.focus({ preventScroll: true });
    const at = $("report-back"); if (at && !followed.length) at.remove();
  };
  // Far from the contents a button leads back to them.
  const contents = () => {
    const at = frame(), inner = at && document.body.dataset.view === "report" && at.contentDocument && at.contentDocument.getElementById("contents");
    const box = inner && at.getBoundingClientRect();
    const away = inner && box.top + inner.getBoundingClientRect().bottom < 0 && box.bottom > innerHeight;
    if (away && (up || innerWidth > 560)) float("report-contents", "Contents"); else if ($("report-contents")) $("report-contents").remove();
    return inner;
  };
  // On a telephone only whoever scrolls back up looks for it: it would lie on what is read.
  let up = false, was = 0;
  addEventListener("scroll", () => { if (Math.abs(scrollY - was) > 8) { up = scrollY < was; was = scrollY; } contents(); }, { passive: true });
  // A frame is printed as far as one sheet goes: on paper the report stands by itself, with its own style, all folds open.
  addEventListener("beforeprint", () => {
    const inner = document.body.dataset.view === "report" && frame() && frame().contentDocument;
    if (!inner || $("paper")) return;
    const paper = document.createElement("div"), style = document.createElement("style");
    paper.id = "paper"; style.media = "print";
    // Paper is white whatever the page is: its colours are set where it stands, nearer than those of the night.
    style.textContent = inner.querySelector("style").textContent.replaceAll(":root", "#paper").replaceAll("body {", "#paper {");
    paper.append(style, document.importNode(inner.querySelector("main"), true));
    const talk = paper.querySelector(".whole"); // what the page shows above the report stands before its transcript
    document.querySelectorAll("#report-corrected .card, #report-difference .card").forEach((one) => talk.before(document.importNode(one, true)));
    paper.querySelectorAll("details").forEach((one) => { one.open = true; });
    document.body.append(paper);
  });
  addEventListener("afterprint", () => { const at = $("paper"); if (at) at.remove(); });
  // For how long a report has been in the making.
  const wait = () => {
    const at = document.querySelector("#report-frame .since");
    if (!at) return;
    at.began ??= performance.now() - Number(at.dataset.passed) * 1000; // the server says how much has passed
    const passed = Math.floor((performance.now() - at.began) / 1000);
    if (passed >= 2) at.textContent = `${Math.floor(passed / 60)}:${String(passed % 60).padStart(2, "0")} so far.`;
  };
  // Where the focus stood may vanish with its page or its row: it goes to what stands nearest, never to nowhere.
  let stood = null, around = [];
  addEventListener("focusin", (event) => {
    stood = event.target; around = [];
    for (let at = stood; at; at = at.parentElement) if (at.id) around.push(at);
  });
  const there = (at) => at && at.isConnected && at.offsetParent !== null;
  const refocus = () => {
    if (document.activeElement !== document.body || (stood && there(stood))) return;
    const view = $(document.body.dataset.view + "-view"), box = $("answer");
    const typing = there(box) && document.body.dataset.view === "room" && !matchMedia("(pointer: coarse)").matches;
    if (!stood && !typing) return; // after a load only who can write at once
    const near = typing ? box : around.filter(there).map((at) => at.querySelector("h1, h2")).find(there) || (view && view.querySelector("h1"));
    if (!there(near)) return; // not drawn yet
    if (near !== box) near.tabIndex = -1;
    near.focus({ preventScroll: true });
  };
  setInterval(() => { tick(); pinned(); fit(); contents(); refocus(); wait(); if ($("report-back") && (!frame() || !followed.length || Math.abs(scrollY - followed.at(-1).top) < 200)) $("report-back").remove(); }, 400);
})();
