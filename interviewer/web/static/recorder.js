// The candidate's voice: hears the microphone and keeps what was not taken in yet.
// Words for people come from the server, except those about the microphone itself and a lost connection.
(() => {
  const RATE = 16000, EVERY = 400, LIMIT = 20 * 60 * RATE, LOST = 6000, PATIENCE = 8000, ASKED = 60000, LOUD = 0.02, BARGE = 15, BEFORE = 75;
  const $ = (id) => document.getElementById(id);
  const voice = window.interviewerVoice, { options, stats, say } = voice, { button } = window.interviewer;
  // Seconds of sound in a packet: well under the megabyte that proxies let through, less while no answer comes.
  const MOST = 12, LEAST = 1.5;
  const mic = { context: null, node: null, stream: null, on: false, chunks: [], length: 0, base: 0, id: "", final: false, sentAt: 0, waiting: false, before: "", said: "", opening: false, loud: 0, ring: [], part: MOST, tries: 0 };

  const WHY = {
    NotAllowedError: "The browser does not let this page use the microphone. Allow it in the address bar, or type.",
    NotFoundError: "No microphone was found. Plug one in, or type.",
    NotReadableError: "Another programme holds the microphone. Close it there, or type.",
    SecurityError: "The microphone works only on https or on this machine itself. Typing works.",
    unanswered: "The browser waits for your word: allow the microphone in the address bar, or type.",
    stuck: "The microphone does not start in this browser. Try again, or type.",
  };
  // Blocks of 128 samples at our rate; where the browser gives another rate they are made from its samples.
  const worklet = `registerProcessor("ears", class extends AudioWorkletProcessor {
    constructor() { super(); this.at = 0; this.last = 0; this.out = []; }
    process(inputs) {
      const i = inputs[0][0], step = sampleRate / ${RATE};
      if (!i) return true;
      if (step === 1) { this.port.postMessage(i.slice()); return true; }
      for (; this.at < i.length; this.at += step) {
        const n = Math.floor(this.at), a = n ? i[n - 1] : this.last;
        this.out.push(a + (i[n] - a) * (this.at - n));
      }
      this.at -= i.length; this.last = i[i.length - 1];
      if (this.out.length >= 128) this.port.postMessage(Float32Array.from(this.out.splice(0)));
      return true; } });`;
  // Every step has its time; what comes too late is told.
  const within = (milliseconds, why, step) => Promise.race([step, new Promise((_, fail) => setTimeout(() => fail({ name: why }), milliseconds))]);

  const paint = () => {
    const at = button("voice-talk");
    if (!at) return;
    at.classList.toggle("recording", mic.on);
    at.setAttribute("aria-pressed", String(mic.on));
    at.textContent = mic.on ? "Done" : "Speak";
  };

  const open = async () => {
    if (mic.stream && mic.stream.active) return true;
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { say(WHY.SecurityError, true); return false; }
    try {
      const asked = navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
      const waits = setTimeout(() => say(WHY.unanswered), 4000);
      asked.then((late) => { if (late !== mic.stream && !mic.opening) late.getTracks().forEach((track) => track.stop()); }, () => {});
      try { mic.stream = await within(ASKED, "unanswered", asked); } finally { clearTimeout(waits); }
      let source;
      // Firefox before 148 connects a microphone only at the rate that the microphone has.
      try {
        mic.context = new AudioContext({ sampleRate: RATE });
        source = mic.context.createMediaStreamSource(mic.stream);
      } catch {
        if (mic.context) mic.context.close();
        mic.context = new AudioContext();
        source = mic.context.createMediaStreamSource(mic.stream);
        for (const quality of [0.541, 1.307]) { // what our rate cannot hold must not come back as something else
          const low = new BiquadFilterNode(mic.context, { type: "lowpass", frequency: 6800, Q: 20 * Math.log10(quality) });
          source.connect(low);
          source = low;
        }
      }
      const module = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
      await within(PATIENCE, "stuck", mic.context.audioWorklet.addModule(module));
      mic.node = new AudioWorkletNode(mic.context, "ears");
      mic.node.port.onmessage = (event) => hear(event.data);
      source.connect(mic.node);
      mic.stream.getTracks().forEach((track) => { track.onended = () => { if (mic.on) { say("The microphone is gone. What you said so far is kept.", true); finish(); } }; });
      return true;
    } catch (error) {
      release();
      say(WHY[error.name] || `The microphone does not work here (${error.name}). Typing works.`, true);
      return false;
    }
  };

  const hear = (samples) => {
    let sum = 0;
    for (const value of samples) sum += value * value;
    const loud = Math.sqrt(sum / samples.length);
    const pcm = new Int16Array(samples.length);
    for (let i = 0; i < samples.length; i++) pcm[i] = Math.max(-1, Math.min(1, samples[i])) * 32767;
    // Barge-in: 120 ms of voice (15 blocks of 8 ms; a click is shorter) while the interviewer speaks stops it.
    if (voice.playing() && !mic.on) {
      mic.loud = loud > LOUD ? mic.loud + 1 : 0;
      mic.ring.push(pcm);
      if (mic.ring.length > BEFORE) mic.ring.shift();
      if (mic.loud >= BARGE) { voice.hush("barge-in"); begin(mic.ring.splice(0)); return; }
    }
    if (!mic.on || mic.final || mic.base + mic.length >= LIMIT) return;
    mic.chunks.push(pcm); mic.length += pcm.length;
    stats.samples = mic.base + mic.length; // of this turn so far, taken in or not
  };

  const base64 = (bytes) => {
    let out = "";
    for (let i = 0; i < bytes.length; i += 32768) out += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
    return btoa(out);
  };

  const start = async () => {
    voice.hush("talk");
    mic.opening = true; // takes a while: nothing may begin to play meanwhile
    try {
      if (!(await open())) return;
      await within(PATIENCE, "stuck", mic.context.resume());
      begin([]);
    } catch (error) {
      release();
      say(WHY[error.name] || WHY.stuck, true);
    } finally { mic.opening = false; }
  };
  const begin = (before) => {
    const length = before.reduce((sum, chunk) => sum + chunk.length, 0);
    Object.assign(mic, { on: true, chunks: before, length, base: 0, said: "", skip: 0, final: false, waiting: false, sentAt: 0, part: MOST, tries: 0, id: crypto.getRandomValues(new Uint32Array(4)).join("-") });
    mic.before = mic.shown = window.interviewer.text().trim();
    if (!mic.before) window.interviewer.speaking("");
    say("Listening.");
    paint();
  };
  // "Done" ends what is heard; a second time, or five minutes without an answer, ends the wait for its words too.
  const finish = () => { if (!mic.on || mic.final) return; mic.final = true; stats.released = performance.now(); say("Writing down the last words."); push(true); };
  const words = (heard) => heard.split(" ").filter(Boolean).slice(mic.skip).join(" "); // those that are not in the box already
  const giveUp = () => { say("Stopped. The last words were not written down; what was is in the box.", true); reset(); };
  const reset = () => {
    Object.assign(mic, { on: false, chunks: [], length: 0, final: false, waiting: false });
    if (!options.handsFree) release();
    paint();
  };
  const release = () => {
    if (mic.stream) mic.stream.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    if (mic.context) mic.context.close();
    mic.stream = mic.context = null;
  };

  // One packet is under way at a time; one that gets no answer is sent again from where the server stands.
  const push = (now) => {
    if (!mic.on) return;
    const since = performance.now() - mic.sentAt;
    if (mic.final && mic.tries * LOST > 300000) { giveUp(); return; }
    if (mic.waiting && since > LOST) say("The connection is slow or gone. Your words are kept here and sent when it is back.", true);
    if (mic.waiting && !now && since < LOST) return;
    if (!now && !mic.final && mic.length < RATE * EVERY / 2000) return;
    // No answer: the line is slow, or something between here and the server takes less at once.
    if (mic.waiting && since > LOST) { mic.part = Math.max(LEAST, mic.part / 2); mic.tries += 1; }
    mic.waiting = true; mic.sentAt = performance.now();
    const at = button("voice-packet");
    if (at) at.click();
  };
  setInterval(() => {
    push(false);
    const boxes = { handsFree: "voice-hands-free", aloud: "voice-aloud", send: "voice-send" };
    for (const [name, id] of Object.entries(boxes)) {
      const input = document.querySelector(`#${id} input[type=checkbox]`);
      if (input) options[name] = input.checked;
    }
    if (!options.aloud && voice.playing()) voice.hush("mute");
  }, EVERY);

  Object.assign(voice, {
    async talk() { if (mic.on && mic.final) { if (performance.now() - stats.released > 3000) giveUp(); } else if (mic.on) finish(); else await start(); },
    packet() {
      const all = new Int16Array(mic.length);
      let at = 0;
      for (const chunk of mic.chunks) { all.set(chunk, at); at += chunk.length; }
      const part = all.subarray(0, RATE * mic.part); // after a long outage in pieces
      const last = mic.final && part.length === all.length;
      return JSON.stringify({ recording: mic.id, at: mic.base, pcm: base64(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)), final: last });
    },
    answered(reply) {
      const text = window.interviewer.text(), whole = voice.taken(reply, text);
      if (whole !== text) window.interviewer.put(whole);
    },
    taken(reply, text) {
      let news; try { news = JSON.parse(reply || "{}"); } catch { return text; }
      if (!news.recording) { if (news.word) say(news.word, true); return news.text ? [text, news.text].filter(Boolean).join(" ") : text; }
      if (news.recording !== mic.id || !mic.on) return text;
      mic.waiting = false; mic.tries = 0;
      if (text.trim() !== mic.shown) { mic.before = text.trim(); mic.skip = mic.said.split(" ").filter(Boolean).length; } // typed or sent meanwhile: that stands
      if (news.restart) { mic.before = [mic.before, words(mic.said)].filter(Boolean).join(" "); mic.skip = 0; }
      const drop = news.have - mic.base;
      if (drop > 0) {
        let left = drop;
        while (left > 0 && mic.chunks.length) {
          const chunk = mic.chunks[0];
          if (chunk.length <= left) { mic.chunks.shift(); left -= chunk.length; } else { mic.chunks[0] = chunk.subarray(left); left = 0; }
        }
        mic.length -= Math.min(drop, mic.length); mic.base = news.have;
      } else if (drop < 0) mic.base = news.have;
      say(news.word || (news.over ? "" : "Listening."), news.bad);
      mic.said = news.text;
      const whole = mic.shown = [mic.before, words(news.text)].filter(Boolean).join(" ");
      if (news.text) window.interviewer.speaking("1");
      if (!news.over) { if (mic.final) setTimeout(() => push(true), 0); return whole; }
      const send = (options.handsFree || options.send) && !news.bad && news.text;
      if (!stats.released) stats.released = performance.now();
      reset();
      if (!news.word) say(send ? "" : news.text ? "Correct it if need be, then send." : "");
      if (send) setTimeout(() => { const at = button("room-send"); if (at) at.click(); }, 60);
      else if (options.handsFree && !news.text && !news.bad) setTimeout(start, 0);
      return whole;
    },
    busy: () => mic.on || mic.opening,
    answers: () => mic.on && !options.handsFree, // hands-free it listens before anybody speaks
    silent() { const at = $("room-write"); if (options.handsFree && !mic.on && at && at.offsetParent) start(); },
    leave() { voice.hush("left"); reset(); release(); },
    went(place) { if (!(place || "").startsWith("room/")) voice.leave(); },
    handsFree(on, aloud) { options.handsFree = on; if (on) { if (!mic.on && !voice.playing()) start(); return true; } if (!mic.on) release(); return aloud; },
  });
  // The set-up page's check: two seconds of listening, and a plain word.
  const check = async () => {
    const word = $("sound-word");
    word.textContent = "Say something …"; word.className = "quiet";
    let stream = null, context = null;
    const told = (text, bad) => { word.textContent = text; word.className = bad ? "bad" : "quiet"; };
    try {
      stream = await within(ASKED, "unanswered", navigator.mediaDevices ? navigator.mediaDevices.getUserMedia({ audio: true }) : Promise.reject({ name: "SecurityError" }));
      context = new AudioContext();
      const meter = new AnalyserNode(context, { fftSize: 1024 }), samples = new Float32Array(1024);
      context.createMediaStreamSource(stream).connect(meter);
      let loudest = 0;
      for (const until = performance.now() + 2500; performance.now() < until && loudest < LOUD; await new Promise((on) => setTimeout(on, 50))) {
        meter.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length));
      }
      told(loudest >= LOUD ? "The microphone works." : loudest > LOUD / 20 ? "The microphone hears you, but softly: speak up or come closer." : "No sound comes from the microphone. Is it muted?", loudest < LOUD);
    } catch (error) { told(WHY[error.name] || `The microphone does not work here (${error.name}). Typing works.`, true); }
    finally { if (stream) stream.getTracks().forEach((track) => track.stop()); if (context) context.close(); }
  };
  addEventListener("click", (event) => { if (event.target.id === "sound-check") check(); });

  // K begins and ends speaking from anywhere in the room; while the hands are in a text box, Alt+K does.
  addEventListener("keydown", (event) => {
    const types = event.target.closest && event.target.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]");
    if ((types && !event.altKey) || event.ctrlKey || event.metaKey || event.repeat || event.code !== "KeyK") return;
    const at = button("voice-talk");
    if (at && at.offsetParent) { event.preventDefault(); at.click(); }
  });
  addEventListener("offline", () => { if (mic.on) say("The connection is gone. Your words are kept here and sent when it is back.", true); });

  // Gradio loads the page again when a lost connection is back: what was not sent yet outlives that.
  const SAVED = "ml-design-interviewer:voice", SAVABLE = 100 * RATE;
  addEventListener("pagehide", () => {
    if (mic.on && mic.length) {
      const all = Int16Array.from(mic.chunks.flatMap((chunk) => Array.from(chunk))).subarray(0, SAVABLE);
      const pcm = base64(new Uint8Array(all.buffer, 0, all.byteLength));
      const saved = { id: mic.id, base: mic.base, before: mic.before, said: mic.said, skip: mic.skip, pcm, place: location.search };
      try { sessionStorage.setItem(SAVED, JSON.stringify(saved)); } catch { /* full: the draft has what was heard */ }
    }
    voice.leave();
  });
  const resume = () => {
    let saved = null;
    try { saved = JSON.parse(sessionStorage.getItem(SAVED) || "null"); } catch { /* forbidden */ }
    if (!saved || saved.place !== location.search) return;
    const box = document.querySelector("#room-box textarea");
    if (!box || !box.offsetParent || !button("voice-packet")) return;
    sessionStorage.removeItem(SAVED);
    const bytes = Uint8Array.from(atob(saved.pcm), (c) => c.charCodeAt(0));
    const pcm = new Int16Array(bytes.buffer);
    mic.shown = window.interviewer.text().trim();
    Object.assign(mic, { on: true, final: true, waiting: false, sentAt: 0, id: saved.id, base: saved.base, before: saved.before, said: saved.said, skip: saved.skip || 0, chunks: [pcm], length: pcm.length });
    say("The page was loaded again. What you had said is being written down.");
    paint();
  };
  setInterval(resume, 1000);
})();
