// Draws one answer of /map/view into layers. Text is set as text, never as HTML.
window.cunwangMap = (function () {
  var groups = {
    outage: "outages", planned: "outages", area: "areas", areas: "areas", village: "villages", cluster: "villages",
    point: "points", "switch": "switches", opened: "switches", box: "areas", crew: "marks", "case": "marks",
    cases: "marks", danger: "marks"
  };
  var sizes = { area: 26, areas: 40, village: 26, cluster: 40, point: 24, "switch": 24, opened: 24, box: 24, cases: 34 };

  function popup(spot) {
    var box = document.createElement("div");
    [spot.t, spot.s].forEach(function (text, i) {
      if (!text) { return; }
      var line = document.createElement("p");
      var part = i === 0 ? document.createElement(spot.u ? "a" : "b") : line;
      if (i === 0 && spot.u) { part.href = spot.u; }
      part.textContent = text;
      if (part !== line) { line.appendChild(part); }
      box.appendChild(line);
    });
    return box;
  }

  function marker(spot, few) {
    var size = sizes[spot.k] || 30;
    var shown = spot.n > 1 && spot.k !== "village" && size > 20 ? (spot.n > 9999 ? Math.round(spot.n / 1000) + "k" : spot.n) : "";
    if (String(shown).length > 3) { size = 46; }
    var face = document.createElement("span");
    face.textContent = shown;
    var icon = L.divIcon({ className: "spot s-" + spot.k, iconSize: [size, size], html: face,
      iconAnchor: spot.k === "point" ? [-4, -4] : [size / 2, size / 2] });
    var made = L.marker([spot.a, spot.o], { icon: icon, title: spot.t, alt: spot.t, keyboard: few,
      zIndexOffset: /outage|planned|danger/.test(spot.k) ? 1000 : spot.k === "point" ? -100 : 0 });
    return made.bindPopup(function () { return popup(spot); });
  }

  function pieces(list) {
    return list.map(function (p) {
      for (var lat = 0, lon = 0, out = [], i = 0; i < p.length; i += 2) { lat += p[i]; lon += p[i + 1]; out.push([lat / 1e5, lon / 1e5]); }
      return out;
    });
  }

  // Names of villages, the dark ones first: one that would lie over another waits for a closer view.
  function name(places, map) {
    var taken = [];
    places.sort(function (a, b) { return b.dark - a.dark; }).forEach(function (one) {
      var at = map.latLngToContainerPoint([one.spot.a, one.spot.o]);
      var box = [at.x + 8, at.y - 10, at.x + 14 + 17 * one.spot.t.length, at.y + 12];
      if (taken.some(function (b) { return box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]; })) { return; }
      taken.push(box);
      one.made.bindTooltip(document.createTextNode(one.spot.t), { permanent: true, direction: "right", className: "name-tag", offset: [10, 0] });
    });
  }

  return {
    draw: function (view, layers, names, map) {
      var places = [];
      var dark = view.spots.filter(function (spot) { return groups[spot.k] === "outages"; });
      Object.keys(layers).forEach(function (key) { layers[key].clearLayers(); });
      view.lines.forEach(function (line) {
        var look = line.k === "mv" ? { color: "#2b6cb0", weight: 3 } : { color: "#4f5a56", weight: 1.5 };
        look.interactive = false;
        if (layers.lines) { L.polyline(pieces(line.p), look).addTo(layers.lines); }
      });
      view.spots.forEach(function (spot) {
        var layer = layers[groups[spot.k]];
        if (!layer) { return; }
        var made = marker(spot, view.spots.length <= 40).addTo(layer);
        if (names && spot.k === "village") {
          places.push({ spot: spot, made: made, dark: dark.some(function (one) { return Math.abs(one.a - spot.a) < 0.02 && Math.abs(one.o - spot.o) < 0.02; }) });
        }
      });
      name(places, map);
    }
  };
})();
