// A button [data-locate] fills the hidden fields latitude and longitude of its form with where
// the phone is; with data-locate-submit the form is sent at once. Without the permission nothing
// happens and the list of villages stays.
(function () {
  if (!navigator.geolocation) { return; }
  var buttons = document.querySelectorAll("[data-locate]");
  for (var i = 0; i < buttons.length; i++) { offer(buttons[i]); }

  function offer(button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(function (found) {
        fill(button, "latitude", found.coords.latitude);
        fill(button, "longitude", found.coords.longitude);
        button.disabled = false;
        var done = button.getAttribute("data-done");
        if (done) { button.textContent = done; }
        if (button.hasAttribute("data-locate-submit")) { button.form.submit(); }
      }, function () {
        button.disabled = false;
        var failed = button.getAttribute("data-failed");
        if (failed) { button.textContent = failed; }
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  function fill(button, name, value) {
    var field = button.form && button.form.querySelector("[data-fill=" + name + "], [name=" + name + "]");
    if (field) { field.value = value.toFixed(6); }
  }
})();
