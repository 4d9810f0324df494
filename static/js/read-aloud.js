// "Read aloud", where the browser has a voice of its own for the page's language. Voices that
// send the text to somebody else's machine are not used: what stands here is about care.
const VOICES = { nb: ["nb", "no"], nn: ["nn", "nb", "no"], en: ["en"] };
const PARTS = ":is(h1, h2, h3, h4, p, li, dt, dd, th, td, legend, label)";
const button = document.querySelector("[data-read-aloud]");

function voice() {
  const own = speechSynthesis.getVoices().filter((one) => one.localService);
  for (const language of VOICES[document.documentElement.lang] ?? []) {
    const found = own.find((one) => one.lang.toLowerCase().split(/[-_]/)[0] === language);
    if (found) return found;
  }
  return undefined;
}

// The words of an element as assistive technology has them: without drawings, and without the
// times in words that it hears after those in figures.
function words(element) {
  const accept = (node) =>
    node.parentElement.closest('[aria-hidden="true"], [hidden], [data-unread]')
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, accept);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text) found.push(text);
  }
  return found.join(", ").replace(/\s+/g, " ");
}

function stop() {
  speechSynthesis.cancel();
  show(null);
}

// What is being read is marked, so that the eyes can follow.
function show(part) {
  document.querySelector(".being-read")?.classList.remove("being-read");
  part?.classList.add("being-read");
  button.querySelector("[data-read]").hidden = part !== null;
  button.querySelector("[data-stop]").hidden = part === null;
}

// Each part once, and none that can't be seen: a row of a list is read whole.
function parts() {
  return [...document.querySelectorAll(`main ${PARTS}`)].filter(
    (part) => part.checkVisibility() && !part.parentElement.closest(PARTS) && words(part),
  );
}

// Part by part: some browsers fall silent in the middle of a long text.
function read(parts) {
  const [part, ...rest] = parts;
  if (!part) {
    show(null);
    return;
  }
  const text = asSpoken(words(part), document.documentElement.lang);
  const said = new SpeechSynthesisUtterance(text);
  said.voice = voice();
  said.lang = said.voice.lang;
  said.rate = 0.9;
  said.onend = () => {
    if (part.classList.contains("being-read")) read(rest);
  };
  show(part);
  speechSynthesis.speak(said);
}

function offer() {
  button.hidden = !voice();
}

if (button && "speechSynthesis" in window) {
  offer();
  speechSynthesis.addEventListener?.("voiceschanged", offer); // many browsers find them late
  addEventListener("pagehide", stop);
  button.addEventListener("click", () => {
    const isReading = document.querySelector(".being-read");
    stop();
    if (!isReading) {
      read(parts());
    }
  });
}
