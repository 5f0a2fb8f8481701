import App
import ArgumentParser

await Cunwang.main()
