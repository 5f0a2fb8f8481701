import Web

/// Line drawings for the guide's answers, 96 × 72, in the stroke of the icons. Hidden from screen
/// readers: the words stand beside them.
enum GuidePictures {
    static func picture(_ name: String) -> HTML {
        switch name {
        case "house-dark": draw(house + dark(27, 40) + dark(57, 40))
        case "house-part": draw(house + light(27, 40) + dark(57, 40))
        case "neighbours-dark": draw(row(dark))
        case "neighbours-lit": draw(row(light) + "<path d=\"M40 50l8 8m0-8l-8 8\"/>")
        case "breaker-down": draw(breaker + "<path d=\"M40 44h16v12H40z\" fill=\"currentColor\"/><path d=\"M62 30v26m-5-6 5 6 5-6\"/>")
        case "breaker-up": draw(breaker + "<path d=\"M40 22h16v12H40z\" fill=\"currentColor\"/><path d=\"M62 56V30m-5 6 5-6 5 6\"/>")
        case "danger": draw("<path d=\"M48 10 16 64h64z\"/><path d=\"m52 26-10 18h10l-4 14\"/>")
        default: draw("<circle cx=\"48\" cy=\"36\" r=\"26\"/><path d=\"M40 29c0-11 16-11 16 0 0 7-8 7-8 14M48 51v1\"/>")
        }
    }

    private static let house: HTML = "<path d=\"M12 34 48 10l36 24v30H12z\"/>"
    private static let breaker: HTML = "<path d=\"M30 8h36v56H30z\"/><path d=\"M40 18h16v42H40z\"/><circle cx=\"34\" cy=\"36\" r=\"1\"/>"

    private static func dark(_ x: Int, _ y: Int) -> HTML {
        "<path d=\"M\(x) \(y)h12v12h-12z\" fill=\"currentColor\"/>"
    }
    private static func light(_ x: Int, _ y: Int) -> HTML {
        "<path d=\"M\(x) \(y)h12v12h-12z\"/><path d=\"M\(x + 6) \(y - 6)v-3M\(x - 4) \(y - 3)l-2-2M\(x + 16) \(y - 3)l2-2\"/>"
    }
    /// The own house between two others.
    private static func row(_ window: (Int, Int) -> HTML) -> HTML {
        "<path d=\"M4 40 18 28l14 12v24H4zM34 38 48 22l14 16v26H34zM64 40l14-12 14 12v24H64z\"/>" + window(12, 46) + window(72, 46)
    }
    private static func draw(_ body: HTML) -> HTML {
        """
        <svg class="picture" viewBox="0 0 96 72" width="96" height="72" fill="none" stroke="currentColor" stroke-width="2.5" \
        stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">\(body)</svg>
        """
    }
}
