// One stream of events for all tabs of a browser: it opens six connections a host at most, and each stream holds one.
"use strict";
const tabs = new Map(); // port → the page that the tab shows, and the epoch up to which it has all changes
let source, due;

addEventListener("connect", ({ports: [port]}) => {
  port.onmessage = ({data}) => {
    if (data.page === undefined) tabs.delete(port); else tabs.set(port, data);
    clearTimeout(due);
    due = setTimeout(listen, 10);
  };
});

function listen() {
  source?.close();
  const shown = [...tabs.values()].slice(-100); // a tab that crashed says no farewell
  if (!shown.length) return;
  const query = new URLSearchParams({epoch: Math.min(...shown.map(tab => tab.epoch))});
  for (const page of new Set(shown.map(tab => tab.page))) query.append("page", page);
  source = new EventSource(`/-/events?${query}`);
  source.onmessage = ({data}) => {
    const news = JSON.parse(data);
    for (const [port, tab] of tabs) {
      tab.epoch = Math.max(tab.epoch, news.epoch);
      port.postMessage(news);
    }
  };
}
