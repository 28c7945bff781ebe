// The worker behind the pages: lessons can be read again without a network, and a new version of Viva is told.
import {strings, toast} from "/static/panel.js";

const workers = navigator.serviceWorker;  // only where the connection is secure

if (workers) {
  const before = workers.controller;
  workers.register("/worker.js", {updateViaCache: "none"}).catch(() => {});  // all else works without
  workers.addEventListener("controllerchange", () => before && toast(strings["script.updated"]));
}
const cut = document.getElementById("cut");
const tell = () => { cut.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();
