// Shows the chosen photos of [data-photos] before they are sent.
(function () {
  var places = document.querySelectorAll("[data-photos]");
  for (var i = 0; i < places.length; i++) { offer(places[i]); }

  function offer(place) {
    var row = document.createElement("div");
    row.className = "previews";
    place.appendChild(row);
    place.addEventListener("change", function () {
      while (row.firstChild) {
        URL.revokeObjectURL(row.firstChild.src);
        row.removeChild(row.firstChild);
      }
      var fields = place.querySelectorAll("input[type=file]");
      for (var f = 0; f < fields.length; f++) {
        for (var n = 0; n < fields[f].files.length && row.childNodes.length < 6; n++) {
          var image = document.createElement("img");
          image.alt = fields[f].files[n].name;
          image.src = URL.createObjectURL(fields[f].files[n]);
          row.appendChild(image);
        }
      }
    });
  }
})();
