// Around every page: the worker that keeps lessons for when there is no network, news of an update, live updates.
import {follow} from "./live.js";
import {strings, toast} from "./panel.js";

const workers = navigator.serviceWorker;  // only where the connection is secure

if (workers) {
  const before = workers.controller;
  workers.register("/worker.js", {updateViaCache: "none"}).catch(() => {});  // all else works without
  workers.addEventListener("controllerchange", () => before && toast(strings["script.updated"]));
}
const cut = document.getElementById("cut");
let reached = true;  // a browser may have a network on which the server is not
const tell = () => { cut.hidden = navigator.onLine && reached; };
addEventListener("online", tell);
addEventListener("offline", tell);
document.addEventListener("viva:reached", ({detail}) => {
  reached = detail;
  tell();
});
tell();
if (document.querySelector("header.top")) {  // somebody is signed in
  follow();
  sessionStorage.removeItem("viva-email");  // see address.js: the next one here may be somebody else
}

// "/" leads to the search from everywhere but where one writes.
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const input = [...document.querySelectorAll("[aria-keyshortcuts='/']")].find(one => one.checkVisibility());
  if (!input && !document.querySelector("header.top")) return;
  event.preventDefault();
  if (input) input.focus();
  else location.assign("/search");
});
