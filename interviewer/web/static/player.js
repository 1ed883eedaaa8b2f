// The interviewer's voice: clips one after the other, stopped at once when somebody speaks or says so.
// Words for people come from the server, except those about sound itself.
(() => {
  const play = { queue: [], seen: 0, reply: "", hushed: null, whole: false, now: null };
  const stats = (window.interviewerVoiceStats = { played: 0, released: 0, firstAudio: 0, samples: 0, stopped: [] });
  const options = { handsFree: false, aloud: true, send: false };

  const say = (text, bad) => {
    const at = document.querySelector("#voice-word");
    if (at) { at.textContent = text || ""; at.classList.toggle("bad", !!bad); at.setAttribute("role", "status"); }
  };
  const hush = (why) => {
    const was = play.now;
    play.queue = []; play.now = null;
    if (why !== "new reply") play.hushed = play.reply; // its later sentences stay unsaid as well
    if (was) { was.pause(); was.removeAttribute("src"); was.remove(); stats.stopped.push({ why, at: performance.now() }); }
  };
  const next = () => {
    if (play.now || !play.queue.length) return;
    const audio = document.createElement("audio");
    audio.id = "voice-player"; audio.src = play.queue.shift(); audio.autoplay = true;
    play.now = audio;
    const on = () => { if (play.now === audio) { play.now = null; audio.remove(); next(); if (!play.now && !play.queue.length) after(); } };
    audio.onended = on; audio.onerror = on;
    audio.onplaying = () => { stats.played += 1; if (stats.released) { stats.firstAudio = performance.now() - stats.released; stats.released = 0; } };
    document.body.append(audio);
    const going = audio.play();
    if (going) going.catch((error) => { if (error.name === "NotAllowedError") { say("The browser blocks sound until you click on the page once.", true); on(); } });
  };
  // A gap between two sentences on a slow machine is not the end of the reply.
  const after = () => { if (play.whole) voice.silent(); };

  const voice = (window.interviewerVoice = {
    options, stats, say, hush,
    playing: () => !!play.now,
    busy: () => false, // the recorder says otherwise
    silent: () => {},
    first: (aloud) => { const was = voice.used; voice.used = true; return was ? aloud : true; },
    clips(value) {
      let news; try { news = JSON.parse(value || "{}"); } catch { return; }
      if (news.reply !== play.reply) { play.reply = news.reply; play.seen = 0; hush("new reply"); }
      play.whole = news.done !== false;
      if (news.word) say(news.word, true);
      if (!options.aloud || voice.busy() || news.reply === play.hushed) {
        play.seen = (news.audio || []).length;
        if (news.done && !options.aloud) after();
        return;
      }
      for (const clip of (news.audio || []).slice(play.seen)) play.queue.push(clip);
      play.seen = (news.audio || []).length;
      next();
      if (news.done && !play.now && !play.queue.length) after();
    },
  });
})();
