/** What the page that verifies shows of a check, as a person reads it. Sent to the page as text, and run there. */

/** Resolves once the next check is through. */
function checked() {
  return new Promise((done) => document.querySelector('#result').addEventListener('checked', () => done(true), { once: true }));
}

function shown() {
  const text = (within, selector) => within?.querySelector(selector)?.textContent ?? '';
  const result = document.querySelector('#result');
  const lines = [...result.querySelectorAll('.statement')].map((line) => ({
    title: text(line.closest('.step'), 'h3'),
    state: text(line, '.state'),
    says: text(line, '.what > bdi'),
    where: text(line, '.where'),
  }));
  return { word: text(result, '.verdict h2'), summary: text(result, '.summary'), lines };
}
