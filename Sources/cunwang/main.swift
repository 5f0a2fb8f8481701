import App

await Cunwang.main()
