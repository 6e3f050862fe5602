// What is measured inside the browser: put into every page before it loads, called by screen-browser.ts. Plain script,
// because it runs in the page and not here.
/* global document, window, scrollY, innerWidth, innerHeight, getComputedStyle, NodeFilter */
const parse = (text) => {
  const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b, a];
};

/** Relative luminance, WCAG 2.2. */
const luminance = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};

const groundOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour[3] === 1) return colour;
  }
  return [255, 255, 255, 1];
};

window.lookAt = {
  unreadable: ({ least, large, smallest, target }) => {
    const faults = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent.trim();
      if (!element || text === '' || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      const [one, other] = [luminance(parse(style.color)), luminance(groundOf(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (contrast < (isLarge ? large : least)) faults.push(`${contrast.toFixed(2)}:1 ${text.slice(0, 40)}`);
      if (size < smallest) faults.push(`${size} px: ${text.slice(0, 40)}`);
    }
    for (const each of document.querySelectorAll('button, a, .choice, .field input')) {
      const { width, height } = each.getBoundingClientRect();
      if (width > 0 && (width < target || height < target))
        faults.push(`${Math.round(width)} x ${Math.round(height)} px: ${each.textContent.slice(0, 40)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
    return faults;
  },
  inSight: (selector) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    return box !== undefined && box.top >= 0 && box.bottom <= innerHeight && box.height > 0;
  },
  /** How many colours each picture has: one for a black or an empty one. */
  colours: () =>
    [...document.querySelectorAll('canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      for (let at = 0; at + 3 < data.length; at += 4 * 97)
        colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      return colours.size;
    }),
  pictures: () => document.querySelectorAll('canvas[data-shown=picture]').length,
  /** What has the focus, and how wide its outline is in px. */
  focus: () => {
    const at = document.activeElement;
    const named = at?.closest('label')?.textContent ?? at?.textContent ?? '';
    return { named, outline: at ? parseFloat(getComputedStyle(at).outlineWidth) : 0 };
  },
  scrolled: () => scrollY > 0,
  /** Height of the letters of the state, px. */
  letter: () => parseFloat(getComputedStyle(document.querySelector('h1')).fontSize),
};
