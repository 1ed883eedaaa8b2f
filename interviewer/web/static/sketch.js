// Diagrams in Mermaid, drawn by the copy that Gradio carries. A source with an error is shown to its author and not sent.
(() => {
  const $ = (id) => document.getElementById(id);
  let mermaid = null, number = 0;
  const open = async () => {
    const address = window.interviewerMermaid;
    if (!address) throw new Error("This version draws no diagrams; the source is shown as it is.");
    mermaid = mermaid || import(new URL(address, document.baseURI).href).then((found) => found.default);
    const found = await mermaid;
    const dark = document.body.classList.contains("dark");
    found.initialize({ startOnLoad: false, securityLevel: "strict", theme: dark ? "dark" : "neutral", suppressErrorRendering: true, maxTextSize: 12000 });
    return found;
  };
  const draw = async (source) => (await (await open()).render(`sketch-${(number += 1)}`, source)).svg;
  const word = (text, bad) => { const at = $("sketch-word"); if (at) { at.textContent = text; at.classList.toggle("bad", !!bad); if (text) at.scrollIntoView({ block: "nearest" }); } };
  const first = (error) => String((error && error.message) || error).split("\n").slice(0, 3).join(" ").slice(0, 220);
  const fill = async (at) => {
    at.dataset.drawn = "1";
    const source = at.querySelector("pre");
    try {
      const picture = document.createElement("div");
      picture.innerHTML = await draw(source.textContent);
      const more = document.createElement("details"), title = document.createElement("summary");
      title.textContent = "Source";
      more.append(title, source);
      at.replaceChildren(picture, more); // Gradio may have kept an earlier picture
    } catch { /* the source stays */ }
  };
  const preview = async () => {
    const source = $("sketch-source").value.trim(), at = $("sketch-preview");
    if (!source) { at.innerHTML = ""; word("Nothing sketched yet."); return false; }
    try { at.innerHTML = await draw(source); word(""); at.scrollIntoView({ block: "nearest" }); return true; }
    catch (error) { at.innerHTML = ""; word(`This cannot be drawn yet: ${first(error)}`, true); return false; }
  };
  addEventListener("click", async (event) => {
    const id = event.target.id;
    if (id === "sketch-preview-button") await preview();
    if (id !== "sketch-send") return;
    if (window.interviewerMermaid ? !(await preview()) : !$("sketch-source").value.trim()) return;
    const place = new URLSearchParams(location.search).get("interview");
    window.interviewer.draw(place, $("sketch-source").value.trim());
    window.interviewer.along();
    word("Shown. The source stays here for your next version.");
  });
  addEventListener("toggle", (event) => { if (event.target.open && event.target.closest("#sketch-box")) event.target.scrollIntoView({ block: "nearest" }); }, true);
  setInterval(() => document.querySelectorAll("[data-mermaid]:not([data-drawn])").forEach(fill), 400);
})();
