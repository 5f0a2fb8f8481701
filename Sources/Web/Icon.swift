/// Line drawings of 24 × 24, always beside a word and therefore hidden from screen readers.
package enum Icon {
    package static let logo = draw("<path d=\"M13 2 5 13h6l-1 9 9-12h-6z\"/>")
    package static let back = draw("<path d=\"M15 5l-7 7 7 7\"/>")
    package static let next = draw("<path d=\"M9 5l7 7-7 7\"/>")
    package static let phone = draw(
        "<path d=\"M5 3h4l2 5-3 2a12 12 0 0 0 6 6l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 3 5a2 2 0 0 1 2-2z\"/>")
    package static let person = draw("<circle cx=\"12\" cy=\"8\" r=\"4\"/><path d=\"M4 21c1-5 4-7 8-7s7 2 8 7\"/>")
    package static let globe = draw(
        "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18\"/>")
    package static let letters = draw("<path d=\"M3 19 8 6l5 13M5 15h6M15 19l3-8 3 8M16 17h4\"/>")
    package static let place = draw(
        "<path d=\"M12 21c5-6 7-9 7-12a7 7 0 0 0-14 0c0 3 2 6 7 12z\"/><circle cx=\"12\" cy=\"9\" r=\"2.5\"/>")
    package static let camera = draw("<path d=\"M3 8h4l2-3h6l2 3h4v11H3z\"/><circle cx=\"12\" cy=\"13\" r=\"4\"/>")
    package static let voice = draw(
        "<rect x=\"9\" y=\"3\" width=\"6\" height=\"11\" rx=\"3\"/><path d=\"M5 11a7 7 0 0 0 14 0M12 18v3\"/>")
    package static let sound = draw(
        "<path d=\"M4 9v6h4l5 4V5L8 9z\"/><path d=\"M16 9c2 1.5 2 4.5 0 6M18.5 6c4 3.5 4 8.5 0 12\"/>")
    package static let stop = draw("<rect x=\"6\" y=\"6\" width=\"12\" height=\"12\" rx=\"1\"/>")
    package static let danger = draw("<path d=\"M12 3 2 20h20z\"/><path d=\"M12 9v5M12 17v.5\"/>")
    package static let search = draw("<circle cx=\"11\" cy=\"11\" r=\"7\"/><path d=\"m16 16 5 5\"/>")
    package static let clock = draw("<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M12 7v5l3 3\"/>")
    package static let done = draw("<path d=\"m4 13 5 5L20 6\"/>")
    package static let print = draw("<path d=\"M7 9V3h10v6M7 17H4v-8h16v8h-3M7 14h10v7H7z\"/>")
    package static let list = draw("<path d=\"M8 6h12M8 12h12M8 18h12M4 6h.5M4 12h.5M4 18h.5\"/>")
    package static let notice = draw("<path d=\"M4 10v4l12 5V5zM16 9c3 0 3 6 0 6\"/>")
    package static let plug = draw("<path d=\"M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4\"/>")
    package static let meter = draw(
        "<rect x=\"4\" y=\"4\" width=\"16\" height=\"16\" rx=\"2\"/><path d=\"M7 10a6 6 0 0 1 10 0M12 14l3-4\"/>")
    package static let pay = draw("<rect x=\"3\" y=\"6\" width=\"18\" height=\"12\" rx=\"2\"/><path d=\"M3 10h18\"/>")
    package static let ask = draw("<path d=\"M4 5h16v11H10l-4 4v-4H4z\"/><path d=\"M9 9h6M9 12h4\"/>")
    package static let repair = draw("<path d=\"M14 7a4 4 0 0 1 5-4l-2 3 2 2 3-2a4 4 0 0 1-5 5l-9 9-3-3z\"/>")
    package static let people = draw(
        "<circle cx=\"8\" cy=\"8\" r=\"3\"/><circle cx=\"16\" cy=\"9\" r=\"3\"/><path d=\"M2 20c0-4 2-6 6-6s6 2 6 6M14 15c4-1 8 1 8 5\"/>"
    )
    package static let chart = draw("<path d=\"M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6\"/>")
    package static let home = draw("<path d=\"m3 12 9-8 9 8v8H3z\"/><path d=\"M10 20v-6h4v6\"/>")

    private static func draw(_ paths: HTML) -> HTML {
        "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">\(paths)</svg>"
    }
}
