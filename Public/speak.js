// Reads a text aloud with the phone's own voice; the button shows only where there is one.
for (const button of document.querySelectorAll('[data-speak]')) {
  if (!('speechSynthesis' in window)) break;
  button.hidden = false;
  button.addEventListener('click', () => {
    window.speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(button.dataset.speak);
    words.lang = button.dataset.speakLanguage === 'en' ? 'en' : 'zh-CN';
    words.rate = 0.9;
    window.speechSynthesis.speak(words);
  });
}
