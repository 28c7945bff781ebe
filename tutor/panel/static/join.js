// Makes the account and comes in with it. Who cannot, for that address has an account with another password, goes on to
// the sign-in: nothing here tells more than signing in by hand would.
import {api, leave, submit} from "./panel.js";

const form = document.getElementById("join");

form?.addEventListener("submit", event => {
  event.preventDefault();
  submit(form, async said => {
    await api("POST /api/v1/auth/sign-up", said);
    const {email, password} = said;
    return api("POST /api/v1/auth/login", {email, password, keep: "cookie"}).then(() => leave("/"), () => leave("/enter?note=joined"));
  });
});
