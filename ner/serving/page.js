"use strict";
// The page works without this script. It adds buttons that copy, Ctrl + Enter, and a key that is kept as long as the tab.

const form = document.querySelector("form");
const key = form.querySelector("input[name=key]");

form.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

if (key) {
  try {
    key.value ||= sessionStorage.getItem("key") || "";
    form.addEventListener("submit", () => sessionStorage.setItem("key", key.value));
  } catch { /* the browser stores nothing */ }
}

form.addEventListener("submit", () => form.setAttribute("aria-busy", "true"));
addEventListener("pageshow", () => form.removeAttribute("aria-busy"));

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch { // without TLS, browsers have no clipboard for scripts
    getSelection().selectAllChildren(element);
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const word = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies));
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = word; }, 2000);
  });
}
