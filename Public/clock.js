// What the clock of this phone says goes along; the server compares it and uses its own.
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', () => {
    const field = form.querySelector('input[name=deviceAt]');
    if (field) field.value = new Date().toISOString();
  });
}
