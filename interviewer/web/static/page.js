// What only the browser can do: tick the clock, keep drafts, change the address, hand over a file, fit a frame.
(() => {
  const PREFIX = "ml-design-interviewer:";
  const read = (name) => { try { return JSON.parse(localStorage.getItem(PREFIX + name)) || {}; } catch { return {}; } };
  const write = (name, value) => { try { localStorage.setItem(PREFIX + name, JSON.stringify(value)); } catch { /* full or forbidden */ } };
  const drop = (name) => { try { localStorage.removeItem(PREFIX + name); } catch { /* forbidden */ } };
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  window.interviewer = {
    keep(id, text) {
      if (!id) return;
      if (text) write("draft:" + id, { text, nonce: read("draft:" + id).nonce || random() });
      else drop("draft:" + id);
    },
    nonce: (id) => read("draft:" + id).nonce || random(),
    sent: (id) => drop("draft:" + id),
    drafts: (id) => [read("draft:" + id).text || "", read("draft:" + id + ":sketch").text || ""],
    went(place) {
      if (!place) return;
      const [view, id] = place.split("/");
      const old = new URLSearchParams(location.search);
      const now = new URLSearchParams(location.search);
      now.delete("view"); now.delete("interview");
      if (view !== "setup") now.set("view", view);
      if (id) now.set("interview", id);
      if (now.toString() === old.toString()) return;
      const address = location.pathname + (now.toString() ? "?" + now : "");
      history.pushState(null, "", address);
      scrollTo(0, 0);
    },
    download(file) {
      if (!file || !file.name) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([file.text], { type: file.type }));
      link.download = file.name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
  };
  addEventListener("popstate", () => location.reload());

  // The clock: the server says how much has passed, the page counts on from there.
  const since = new WeakMap();
  const tick = () => {
    const clock = document.querySelector("#room-clock .clock");
    if (!clock) return;
    if (!since.has(clock) || since.get(clock).base !== clock.dataset.elapsed) {
      since.set(clock, { base: clock.dataset.elapsed, at: performance.now() });
    }
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

  // The report's frame has no scroll bar of its own.
  const fit = () => {
    const frame = document.querySelector("#report-frame iframe");
    const page = frame && frame.contentDocument && frame.contentDocument.documentElement;
    if (!page || !frame.contentDocument.body) return;
    const height = Math.ceil(frame.contentDocument.body.getBoundingClientRect().height) + 48;
    if (height > 60 && Math.abs(height - frame.clientHeight) > 8) frame.style.height = `${height}px`;
  };
  setInterval(() => { tick(); fit(); }, 400);
})();
