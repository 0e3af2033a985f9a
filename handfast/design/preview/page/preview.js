// Follows the server's events: each tells the digests of all parts, and the parts that are new are asked for.

import { show, sign } from "./documentation.js";
import { clock } from "./elements.js";
import { banner, changes, findings } from "./panels.js";

const PATIENCE = 1000; // milliseconds until a connection that was refused is tried again

const byId = (id) => document.getElementById(id);
const parts = {}; // by name: {digest, value}
let wanted = {}; // by name: digest
let page; // the digest of this page's own files
let asking = false;
let source;
let retry;

function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource("events");
  source.addEventListener("message", (event) => take(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    live("offline");
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, PATIENCE);
  });
}

function take({ page: digest, ...digests }) {
  page ??= digest;
  if (page !== digest) {
    location.reload(); // the server is another version
    return;
  }
  wanted = digests;
  live();
  if (!asking) follow();
}

async function follow() {
  asking = true;
  try {
    for (let stale; (stale = missing()).length; ) {
      const found = await Promise.all(stale.map(fetched));
      for (const [name, part] of found) parts[name] = part;
      render(new Set(stale));
    }
  } catch {
    // The server has gone; its next event asks again.
  } finally {
    asking = false;
  }
}

const missing = () => Object.keys(wanted).filter((name) => parts[name]?.digest !== wanted[name]);

async function fetched(name) {
  const answer = await fetch(`parts/${name}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const digest = answer.headers.get("etag").replaceAll('"', "");
  wanted[name] = digest; // it may be newer than the event that made us ask
  return [name, { digest, value: await answer.json() }];
}

function render(fresh) {
  const status = parts.status?.value;
  if (!status) return;
  if (fresh.has("document")) show(parts.document.value);
  if (fresh.has("status")) {
    head(status);
    banner(status, () => select("findings"));
  }
  if (fresh.has("status") || fresh.has("findings") || fresh.has("document")) findings(status, parts.findings?.value);
  if (fresh.has("status") || fresh.has("changes") || fresh.has("document")) changes(status, parts.changes?.value);
  live();
}

function head({ good, contract, state }) {
  const title = good?.title || "Preview";
  byId("title").textContent = title;
  byId("version").textContent = good ? good.version : "";
  byId("version").hidden = !good;
  byId("file").textContent = contract;
  document.title = `${state === "broken" || state === "gone" ? "✗ " : ""}${title} · preview`;
}

function live(state) {
  const status = parts.status?.value;
  const reading = status && status.asked > status.number;
  const is = state ?? (reading ? "starting" : (status?.state ?? "connecting"));
  const words = {
    connecting: "Connecting",
    offline: "Not connected; trying again",
    starting: "Reading the contract",
    good: status?.good ? `Saved ${clock(status.good.at)}` : "",
    broken: "Broken",
    gone: "Gone",
  }[is];
  byId("live").dataset.state = is;
  if (byId("words").textContent !== words) byId("words").textContent = words;
}

const TABS = ["findings", "changes"];

function select(name, focus = false) {
  panel(true);
  for (const each of TABS) {
    const tab = byId(`tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
    byId(each).hidden = each !== name;
    if (focus && each === name) tab.focus();
  }
}

function panel(open) {
  document.body.classList.toggle("folded", !open);
  byId("fold").setAttribute("aria-expanded", String(open));
  byId("fold").textContent = open ? "Hide panel" : "Show panel";
}

async function explain(link) {
  const answer = await fetch(link.href);
  const text = answer.ok ? await answer.text() : `<main><p>There is no explanation of ${link.dataset.explains}.</p></main>`;
  const told = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  byId("meaning").replaceChildren(...told.childNodes);
  byId("explanation").showModal();
}

for (const each of TABS) byId(`tab-${each}`).addEventListener("click", () => select(each));
byId("tab-findings").parentElement.addEventListener("keydown", ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step) return;
  const now = TABS.findIndex((each) => !byId(each).hidden);
  select(TABS[(now + step + TABS.length) % TABS.length], true);
});
byId("fold").addEventListener("click", () => panel(document.body.classList.contains("folded")));
byId("asking").addEventListener("submit", (event) => event.preventDefault());
byId("credentials").addEventListener("change", sign);
byId("explanation").addEventListener("click", ({ target }) => target === byId("explanation") && target.close());
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-explains]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  explain(link);
});
// A browser has six connections to a server, for all its tabs: a tab that nobody sees gives its own back.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") connect();
  else source?.close();
});
if (document.visibilityState === "visible") connect();
