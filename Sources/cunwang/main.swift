import App

await Cunwang.start()
