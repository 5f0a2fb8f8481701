// Reads a page's text aloud. A button of its own plays the sound that the server made; without one, or
// where it cannot be played, the phone's own voice reads. Without a script the player itself stands there.
for (const place of document.querySelectorAll('[data-aloud]')) {
  const button = place.querySelector('[data-speak]');
  const sound = place.querySelector('audio');
  const voice = window.speechSynthesis;
  if (!button || !(sound || voice)) continue;
  const word = button.querySelector('span');
  const start = word.textContent;
  let speaks = false;

  const show = (on) => { speaks = on; word.textContent = on ? button.dataset.stop : start; };
  const byVoice = () => {
    if (!voice) { show(false); return; }
    voice.cancel();
    const words = new SpeechSynthesisUtterance(button.dataset.speak);
    words.lang = button.dataset.speakLanguage === 'en' ? 'en' : 'zh-CN';
    words.rate = 0.9;
    words.onend = () => show(false);
    voice.speak(words);
  };

  button.hidden = false;
  if (sound) {
    for (const part of place.querySelectorAll('audio, .label')) part.hidden = true;
    sound.addEventListener('ended', () => show(false));
  }
  button.addEventListener('click', () => {
    if (speaks) {
      if (sound) sound.pause();
      if (voice) voice.cancel();
      show(false);
      return;
    }
    show(true);
    if (!sound) { byVoice(); return; }
    sound.currentTime = 0;
    sound.play().catch(byVoice);
  });
}
