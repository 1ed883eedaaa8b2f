// The whiteboard beside the talk: opened when its tab is, shown to the interviewer by a button.
(() => {
  const $ = (id) => document.getElementById(id);
  const theme = () => (document.body.classList.contains("dark") ? "dark" : "light");
  const place = () => new URLSearchParams(location.search).get("interview") || "";
  const frame = () => $("board-frame");
  const inner = () => { const at = frame(); return at && at.contentWindow && at.contentWindow.board; };
  let there = null;
  const tell = (text, bad) => { const at = $("board-word"); if (at) { at.textContent = text; at.classList.toggle("bad", !!bad); } };

  // Its files are three megabytes, so nothing of it is fetched before somebody looks at it.
  const open = async () => {
    const at = $("board-here"), id = place();
    if (!at || !id || document.body.dataset.view !== "room" || document.body.dataset.panel !== "board") return;
    if (there === null) {
      there = undefined;
      try { there = await (await fetch("board/state", { cache: "no-store" })).json(); } catch { there = null; return; }
    }
    if (!there || !$("board-box")) return; // the room may be gone by the time the answer is there
    $("board-box").hidden = !there.there;
    $("board-none").hidden = there.there;
    $("photo-ask").hidden = !there.sees;
    const more = $("sketch-box").querySelector("details");
    if (!more.dataset.set) { more.dataset.set = "1"; more.open = !there.there; }
    if (!there.there) { there = null; return; }
    if (frame() && frame().dataset.interview === id) return;
    const made = document.createElement("iframe");
    made.id = "board-frame"; made.title = "Whiteboard"; made.dataset.interview = id;
    made.src = `board/?interview=${encodeURIComponent(id)}`;
    at.replaceChildren(made);
  };
  const show = async (button) => {
    const board = inner();
    if (!board || !board.ready) { tell("The whiteboard is still being opened."); return; }
    button.disabled = true;
    tell("Showing …");
    try {
      const { ok, word } = await board.show();
      tell(word || (ok ? "Shown. Draw on: the next time the interviewer hears what changed." : "Not shown. Try again."), !ok);
      if (ok && !word) { window.interviewer.newest(); window.interviewer.along(); }
    } catch { tell("Not shown: there is no connection. The drawing is kept; try again.", true); }
    button.disabled = false;
  };
  // A photo of a drawing, chosen or pasted anywhere in the room.
  const say = (text, bad) => { const at = $("photo-word"); if (at) { at.textContent = text; at.classList.toggle("bad", !!bad); } };
  const photo = async (file) => {
    const id = place();
    if (!id || document.body.dataset.view !== "room") return;
    window.interviewer.panel("board");
    say("The photo is being read …");
    try {
      const headers = { "Content-Type": "application/octet-stream", "X-Interviewer-Key": window.interviewer.store.read("key") || "" };
      const answer = await fetch(`board/photo/${id}`, { method: "POST", body: file, headers, signal: AbortSignal.timeout(90000) });
      const said = await answer.json().catch(() => ({ word: "The photo is too large." }));
      say(said.word || (answer.ok ? "Shown. The conversation says how it was read." : "Not shown. Try again."), !answer.ok);
      if (answer.ok && !said.word) { window.interviewer.newest(); window.interviewer.along(); }
    } catch { say("Not shown: there is no connection. Try again.", true); }
  };
  addEventListener("change", (event) => {
    if (event.target.id !== "photo-file" || !event.target.files.length) return;
    photo(event.target.files[0]);
    event.target.value = "";
  });
  addEventListener("paste", (event) => {
    const file = [...((event.clipboardData && event.clipboardData.files) || [])].find((one) => one.type.startsWith("image/"));
    if (file && document.body.dataset.view === "room") { event.preventDefault(); photo(file); }
  });
  addEventListener("click", (event) => {
    const at = event.target.closest && event.target.closest("button");
    if (!at) return;
    if (at.id === "board-show") show(at);
    if (at.id === "board-wide") {
      const wide = document.body.toggleAttribute("data-wide-board");
      at.setAttribute("aria-pressed", String(wide));
    }
  });
  addEventListener("room-panel", open);
  let worn = "";
  const dress = () => { const board = inner(); if (board && worn !== theme()) { worn = theme(); board.theme(worn); } };
  setInterval(() => { open(); dress(); }, 500);
  window.interviewer.board = { tell, theme, photo };
})();
