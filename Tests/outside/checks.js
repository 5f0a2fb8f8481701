// What must hold on every page: no sideways scrolling, no raw key, no target too small or covered.
// Called with {least: pixels a target must measure, large: whether that holds for every target}.
(options) => {
  const findings = [];
  const shown = (element) => {
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || style.display === 'none' || style.opacity === '0') return false;
    for (let up = element; up; up = up.parentElement) {
      if (up.tagName === 'DETAILS' && !up.open && !element.closest('summary')) return false;
    }
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const name = (element) => {
    const text = (element.innerText || element.value || element.getAttribute('aria-label') || '').trim();
    return `<${element.tagName.toLowerCase()}${element.id ? '#' + element.id : ''}` +
      `${element.className && element.className.baseVal === undefined ? '.' + element.className : ''}> “${text.slice(0, 30)}”`;
  };

  // 1. Nothing sticks out to the side, unless it scrolls inside its own frame.
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width + 1) {
    const culprits = [...document.body.querySelectorAll('*')].filter((element) => {
      if (!shown(element) || element.getBoundingClientRect().right <= width + 1) return false;
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
        if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return false;
      }
      return true;
    });
    findings.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${width}, by ${culprits.slice(0, 3).map(name).join(', ')}`);
  }

  // 2. No raw key, neither in the text nor in what a screen reader says.
  //    What stands in <code> is a code on purpose: an event's verb, a hash.
  const bare = document.body.cloneNode(true);
  for (const code of bare.querySelectorAll('code, script, style')) code.remove();
  const words = [document.title, bare.textContent];
  for (const element of document.querySelectorAll('[alt],[title],[placeholder],[aria-label],input[type=submit],option,[data-word]')) {
    for (const attribute of ['alt', 'title', 'placeholder', 'aria-label']) words.push(element.getAttribute(attribute) || '');
    words.push(element.tagName === 'OPTION' ? element.textContent : element.value || '');
  }
  for (const text of words) {
    const raw = text.match(/⟦[^⟧]*⟧?|\b(?:action|problem|state|role|message|kind|channel|urgency|layout|page|unit-kind|event)\.[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\b|\bundefined\b|\bnil\b|Optional\(/);
    if (raw) findings.push(`raw key: ${raw[0]}`);
  }

  // 3. Targets: large enough, not over one another.
  const isInText = (element) => {
    if (element.tagName !== 'A' || !getComputedStyle(element).display.startsWith('inline')) return false;
    const around = [...element.parentElement.childNodes].filter((node) => node !== element);
    return around.some((node) => node.nodeType === 3 && node.textContent.trim().length > 1);
  };
  const isSkipLink = (element) => element.getBoundingClientRect().bottom <= 0 || element.getBoundingClientRect().right <= 0;
  const targets = [];
  for (const element of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex="0"]')) {
    if (!shown(element) || element.disabled || isSkipLink(element)) continue;
    // What is drawn on the map stands where it stands; the list on the same page does the same.
    if (element.closest('.leaflet-pane')) continue;
    const box = element.getBoundingClientRect();
    let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
    if (['checkbox', 'radio'].includes(element.type)) {
      // The label is part of the target.
      for (const label of element.labels || []) {
        if (!shown(label)) continue;
        const more = label.getBoundingClientRect();
        left = Math.min(left, more.left); top = Math.min(top, more.top);
        right = Math.max(right, more.right); bottom = Math.max(bottom, more.bottom);
      }
    }
    targets.push({ element, left, top, right, bottom, inText: isInText(element), fixed: ['fixed', 'sticky'].includes(getComputedStyle(element).position) || !!element.closest('.fixed, [data-fixed]') });
  }
  for (const one of targets) {
    if (one.inText) continue;
    const wide = one.right - one.left, high = one.bottom - one.top;
    if (Math.round(wide) < options.least || Math.round(high) < options.least) {
      findings.push(`target of ${Math.round(wide)}×${Math.round(high)} px, less than ${options.least}: ${name(one.element)}`);
    }
  }
  for (let i = 0; i < targets.length; i++) {
    for (let j = i + 1; j < targets.length; j++) {
      const a = targets[i], b = targets[j];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 2 && !a.element.contains(b.element) && !b.element.contains(a.element)) {
        findings.push(`overlapping: ${name(a.element)} and ${name(b.element)}`);
      }
    }
  }

  // 4. In large-text mode the main text is large too.
  if (options.text) {
    const small = [...document.querySelectorAll('main p, main li, main dd, main label, main td')].find((element) =>
      shown(element) && element.innerText && element.innerText.trim() && parseFloat(getComputedStyle(element).fontSize) < options.text);
    if (small) findings.push(`text of ${getComputedStyle(small).fontSize}, less than ${options.text}px: ${name(small)}`);
  }

  // 5. In English every word that is ours is English; what people wrote is marked as Chinese.
  if (document.documentElement.lang.startsWith('en')) {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const left = new Set();
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!/[\u4e00-\u9fff]/.test(node.textContent)) continue;
      const element = node.parentElement;
      if (element.closest('[lang^=zh], [translate=no], script, style, textarea, option') || !shown(element)) continue;
      left.add(`${name(element)}`);
    }
    for (const one of [...left].slice(0, 5)) findings.push(`Chinese that is not marked as such: ${one}`);
  }
  return findings;
}
