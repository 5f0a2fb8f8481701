// Beside a file field in [data-voice] stands a button that records up to 60 s of speech and puts
// it into the field, to be heard before it is sent.
(function () {
  if (!window.MediaRecorder || !navigator.mediaDevices || !window.DataTransfer) { return; }
  var places = document.querySelectorAll("[data-voice]");
  for (var i = 0; i < places.length; i++) { offer(places[i]); }

  function offer(place) {
    var field = place.querySelector("input[type=file]");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "button second";
    button.textContent = place.getAttribute("data-record");
    place.insertBefore(button, field);
    var recorder = null;

    button.addEventListener("click", function () {
      if (recorder && recorder.state === "recording") { recorder.stop(); return; }
      navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
        var pieces = [];
        recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24000 });
        var limit = setTimeout(function () { recorder.stop(); }, 60000);
        recorder.ondataavailable = function (event) { pieces.push(event.data); };
        recorder.onstop = function () {
          clearTimeout(limit);
          stream.getTracks().forEach(function (track) { track.stop(); });
          button.textContent = place.getAttribute("data-record");
          keep(pieces, recorder.mimeType || "audio/webm");
        };
        recorder.start();
        button.textContent = place.getAttribute("data-stop");
      }).catch(function () { button.disabled = true; });
    });

    function keep(pieces, type) {
      var blob = new Blob(pieces, { type: type });
      var files = new DataTransfer();
      files.items.add(new File([blob], "voice." + (type.indexOf("mp4") > 0 ? "m4a" : "webm"), { type: type }));
      field.files = files.files;
      var player = place.querySelector("audio") || document.createElement("audio");
      player.controls = true;
      player.src = URL.createObjectURL(blob);
      place.appendChild(player);
    }
  }
})();
