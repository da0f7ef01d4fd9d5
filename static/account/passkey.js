// Ties allauth's passkey script to the form of the page, and says what went wrong when the browser
// gave no passkey, which that script would only log.
const form = document.getElementById("passkey-form");

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-told");
  place.textContent =
    "Your device gave no passkey: it was cancelled, took too long, or has none for this portal. Try again.";
  place.hidden = false;
});

window.allauth.webauthn.forms[form.dataset.ceremony]({
  ids: {
    add: "passkey-button",
    authenticate: "passkey-button",
    credential: form.elements.credential.id,
    data: "passkey-data",
  },
});
