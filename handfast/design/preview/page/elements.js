// Makes elements. Texts become text nodes, never markup: whatever a contract says, it is shown and does not run.

/** An element with properties and children; a child is an element, a text, or nothing. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") made.addEventListener("click", value);
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** A place in a file, that is copied when it is pressed. */
export function place(text) {
  if (!text) return null;
  const button = element("button", { type: "button", class: "place", title: "Copy" }, text);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.dataset.said = "copied";
    } catch {
      getSelection()?.selectAllChildren(button); // without the right to copy, it is ready to be copied
    }
    setTimeout(() => delete button.dataset.said, 1200);
  });
  return button;
}

/** Lines of the source, with the one that is meant marked. */
export function excerpt(text, kind = "") {
  if (!text) return null;
  const lines = text.split("\n").map((line) => {
    const meant = line.trimStart().startsWith("→");
    return element("span", { class: meant ? "line meant" : "line" }, `${line.replace(/^ {2}/, "")}\n`);
  });
  return element("pre", { class: `excerpt ${kind}`, tabindex: "0" }, lines);
}

/** A code, and the way to what it means. */
export function code(name) {
  return element("a", { class: "code", href: `explanations/${encodeURIComponent(name)}`, data: { explains: name } }, name);
}

/** `2 warnings`, `1 warning`. */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** The time of a day, as the reader's own clock shows it. */
export const clock = (milliseconds) =>
  new Date(milliseconds).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** Put new children into a list, and keep what the reader had scrolled to, opened and focused. */
export function refill(list, ...children) {
  const opened = new Set([...list.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const top = list.scrollTop;
  list.replaceChildren(...children.flat().filter(Boolean));
  for (const each of list.querySelectorAll("details[data-key]")) each.open ||= opened.has(each.dataset.key);
  list.scrollTop = top;
  if (held) list.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}
