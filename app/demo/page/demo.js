"use strict";
// Two tabs below 900 px, and copying a passphrase. Nothing here speaks to any server.
const panes = ["phone", "desk"];

function look(at) {
  for (const pane of panes) {
    document.getElementById(pane).classList.toggle("away", pane !== at);
    document.getElementById("tab-" + pane).setAttribute("aria-selected", String(pane === at));
  }
}

for (const pane of panes) {
  document.getElementById("tab-" + pane).addEventListener("click", () => look(pane));
}

// Side by side both are seen, so "away" only means something in the narrow layout.
look("phone");

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}
