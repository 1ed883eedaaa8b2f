// The whiteboard inside its frame: Excalidraw, its drawing kept as it is drawn, handed to the room when it is shown.
window.EXCALIDRAW_ASSET_PATH = new URL("files/", document.baseURI).href;
(() => {
  const room = window.parent.interviewer, id = new URLSearchParams(location.search).get("interview") || "";
  const NAME = "board:" + id, MOST = 2000000, WAITS = [1, 3, 8, 20];
  let api = null, version = -1, waiting = 0, tries = 0, dirty = false, sending = null, theme = "light", render = () => {};
  const tell = (text, bad) => room.board.tell(text, bad);
  const alive = () => api.getSceneElements();
  const body = () => JSON.stringify({ elements: alive() });
  const ask = (address, method, data) => fetch(new URL(address + id, document.baseURI), {
    method, body: data, cache: "no-store", signal: AbortSignal.timeout(20000),
    headers: { "Content-Type": "application/json", "X-Interviewer-Key": room.store.read("key") || "" },
  });

  // Kept in the browser at once, on the server a second after the last stroke; what the server has not is sent again.
  const keep = () => {
    clearTimeout(waiting);
    if (!dirty || sending) return sending;
    const text = body();
    if (text.length > MOST) { tell("The drawing is larger than 2 MB and is not kept any more: take free-hand strokes away.", true); return null; }
    dirty = false;
    sending = ask("drawing/", "PUT", text).then(async (answer) => {
      if (answer.ok) { if (tries) tell("Kept."); tries = 0; if (!dirty) room.store.drop(NAME); return; }
      const said = await answer.json().catch(() => ({}));
      tell(said.word || "The drawing could not be kept on the server.", true);
      if (answer.status >= 500) throw new Error("later");
    }).catch(() => {
      dirty = true; tries += 1;
      tell("Not kept on the server yet. The drawing is kept in this browser and sent again.", true);
      waiting = setTimeout(keep, WAITS[Math.min(tries, WAITS.length) - 1] * 1000);
    }).finally(() => { sending = null; if (dirty && !tries) later(); });
    return sending;
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(keep, 1000); };
  const changed = (elements) => {
    const now = window.ExcalidrawLib.getSceneVersion(elements);
    if (now === version) return;
    const first = version < 0;
    version = now;
    if (first) return;
    dirty = true;
    room.begins();
    room.store.write(NAME, body());
    later();
  };
  addEventListener("pagehide", () => { if (dirty && api) room.store.write(NAME, body()); });

  const kept = async () => {
    const here = room.store.read(NAME);
    if (here) { try { const found = JSON.parse(here).elements; dirty = true; return found; } catch { room.store.drop(NAME); } }
    const answer = await ask("drawing/", "GET");
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.word);
    return said.elements;
  };
  // A photo is no part of the drawing: it is read, where a model that sees is set.
  const pasted = (_, event) => {
    const file = [...((event && event.clipboardData && event.clipboardData.files) || [])].find((one) => one.type.startsWith("image/"));
    if (file) room.board.photo(file);
    return !file;
  };
  const dress = (now) => {
    theme = now;
    if (document.body) document.body.classList.toggle("dark", now === "dark"); // the room may be faster than this page
    render();
  };
  // What Excalidraw leaves without a name for those who do not see it.
  const name = () => {
    for (const [at, said] of [[".main-menu-trigger", "Menu: open, save, export"], ['[role="dialog"].color-picker-container', "Colours"]]) {
      document.querySelectorAll(at).forEach((one) => { if (!one.hasAttribute("aria-label")) one.setAttribute("aria-label", said); });
    }
    const zoom = document.querySelector(".reset-zoom-button");
    if (zoom) zoom.setAttribute("aria-label", `${zoom.textContent.trim()}, reset zoom`);
  };
  const open = async () => {
    const { React, ReactDOM, ExcalidrawLib } = window;
    if (!ExcalidrawLib) { document.querySelector(".waiting").textContent = "The whiteboard's files are not there."; return; }
    dress(room.board.theme());
    const { Excalidraw, MainMenu, restoreElements } = ExcalidrawLib, e = React.createElement;
    let elements;
    try { elements = restoreElements(await kept(), null, { repairBindings: true }); }
    catch (error) { document.querySelector(".waiting").textContent = `The drawing could not be read (${error.message || "no connection"}). Reload the page.`; return; }
    version = ExcalidrawLib.getSceneVersion(elements);
    const items = MainMenu.DefaultItems;
    const menu = e(MainMenu, null, e(items.LoadScene), e(items.SaveToActiveFile), e(items.Export), e(items.SaveAsImage), e(items.ClearCanvas));
    const root = ReactDOM.createRoot(document.getElementById("board"));
    const opened = (found) => { api = found; window.board.ready = true; if (dirty) later(); };
    const initialData = { elements, appState: { currentItemFontFamily: 2, currentItemRoughness: 0 }, scrollToContent: true };
    render = () => root.render(e(Excalidraw, {
      excalidrawAPI: opened, initialData,
      onChange: changed, theme, name: "whiteboard", onPaste: pasted, validateEmbeddable: false, aiEnabled: false, detectScroll: false,
      UIOptions: { canvasActions: { toggleTheme: false, changeViewBackgroundColor: false }, tools: { image: false } },
    }, menu));
    render();
  };

  window.board = {
    ready: false, theme: dress,
    chosen: () => api.getAppState().selectedElementIds,
    labels: () => alive().filter((one) => one.type === "text").map((one) => one.text),
    // Makes the drawing a turn; a word when it could not be done.
    async show() {
      await sending;
      const answer = await ask("shown/", "POST", body());
      const said = await answer.json().catch(() => ({ word: "" }));
      if (answer.ok) { dirty = false; room.store.drop(NAME); }
      // Nothing stays chosen, so that no panel of colours lies over what was just shown.
      if (answer.ok) api.updateScene({ appState: { selectedElementIds: {}, selectedLinearElement: null } });
      return { ok: answer.ok, word: said.word };
    },
  };
  addEventListener("DOMContentLoaded", open);
  setInterval(name, 500);
})();
