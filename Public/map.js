// The drawing: asks the server for what is in view whenever that changes or something was
// announced (live.js tells), and keeps the link to the list of what is in view.
(function () {
  var box = document.querySelector("[data-map]");
  var place = document.getElementById("map");
  if (!box || !place || !window.L) { return; }
  box.hidden = false;
  var start = place.getAttribute("data-start").split(",").map(Number);
  var map = L.map(place, { zoomControl: false, minZoom: 4, maxZoom: 19, attributionControl: false, preferCanvas: true,
    keyboardPanDelta: 120, fadeAnimation: false, markerZoomAnimation: false }).setView([start[0], start[1]], start[2]);
  L.control.zoom({ zoomInTitle: place.getAttribute("data-zoom-in"), zoomOutTitle: place.getAttribute("data-zoom-out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  var tiles = place.getAttribute("data-tiles");
  if (tiles) { L.tileLayer(tiles, { maxZoom: 19 }).addTo(map); }

  var layers = {};
  Array.prototype.forEach.call(document.querySelectorAll("[data-layer]"), function (tick) {
    var layer = layers[tick.getAttribute("data-layer")] = L.layerGroup().addTo(map);
    tick.addEventListener("change", function () {
      if (tick.checked) { layer.addTo(map); } else { layer.remove(); }
    });
  });

  var asked = 0, timer = 0;
  function bounds() {
    var b = map.getBounds();
    return "west=" + Math.max(-180, b.getWest()).toFixed(5) + "&south=" + Math.max(-90, b.getSouth()).toFixed(5) +
      "&east=" + Math.min(180, b.getEast()).toFixed(5) + "&north=" + Math.min(90, b.getNorth()).toFixed(5) + "&zoom=" + map.getZoom();
  }
  function look() {
    var mine = ++asked, link = document.querySelector("[data-map-list]");
    if (link) { link.href = "/map?" + bounds() + "#map-list"; }
    fetch(place.getAttribute("data-view") + "?" + bounds(), { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (view) {
        if (!view || mine !== asked) { return; }
        window.cunwangMap.draw(view, layers, view.zoom >= 10, map);
        document.querySelector("[data-map-more]").hidden = !view.more;
        place.setAttribute("data-drawn", view.spots.length);
      }).catch(function () {});
  }
  function soon() { clearTimeout(timer); timer = setTimeout(look, 150); }
  map.on("moveend", soon);
  document.addEventListener("cunwang-changed", soon);
  document.addEventListener("click", function (event) {
    var show = event.target.closest && event.target.closest("[data-map-at]");
    if (!show) { return; }
    event.preventDefault();
    map.setView(show.getAttribute("data-map-at").split(",").map(Number), 16);
    place.focus();
    place.scrollIntoView();
  });
  look();
})();
