// In each page: the key / leads to search.
"use strict";
(() => {
  const page = document.currentScript.dataset.page;
  addEventListener("keydown", event => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    const box = document.querySelector("[data-guide-search] input");
    if (box) box.select(); else location.href = page;
  });
})();
