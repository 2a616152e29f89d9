/** Notes what a page script sees at its start. */
window.seenAtStart = {
  sample: typeof window.sample,
  require: typeof window.require,
  secret: typeof window.preloadSecret,
};
window.blocked = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.blocked.push(event.effectiveDirective),
);
try {
  window.evaluated = new Function('return 1')();
} catch {
  window.evaluated = 'blocked';
}
