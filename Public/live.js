// Looks again when something that the page shows has changed. Parts are marked
// <div id="rows" data-live="/live/…" data-live-url="/board">: on "changed" the address is fetched
// and the element of the same id in the answer takes the part's place. Without events, or when
// they break off, it looks every 30 s.
(function () {
  var parts = document.querySelectorAll("[data-live]");
  for (var i = 0; i < parts.length; i++) { watch(parts[i].id, parts[i].getAttribute("data-live")); }

  function watch(id, events) {
    var timer = 0;
    var busy = false;
    var again = false;

    function busyTyping(part) {
      var active = document.activeElement;
      return active && part.contains(active) && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
    }

    function look() {
      if (busy) { again = true; return; }
      var part = document.getElementById(id);
      if (!part || busyTyping(part)) { return; }
      busy = true;
      fetch(part.getAttribute("data-live-url") || location.href, { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .then(function (text) {
          var fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById(id);
          if (fresh && fresh.innerHTML !== part.innerHTML) {
            part.parentNode.replaceChild(document.importNode(fresh, true), part);
          }
        })
        .catch(function () {})
        .then(function () {
          busy = false;
          if (again) { again = false; setTimeout(look, 300); }
        });
    }

    function poll() { if (!timer) { timer = setInterval(look, 30000); } }

    if (!window.EventSource) { poll(); return; }
    var source = new EventSource(events);
    source.addEventListener("changed", function () {
      look();
      document.dispatchEvent(new Event("cunwang-changed"));
    });
    source.onopen = function () {
      if (timer) { clearInterval(timer); timer = 0; look(); }
    };
    source.onerror = poll;
  }
})();
