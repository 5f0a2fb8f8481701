import Desk
import Hummingbird
import Values
import Web

/// What a page of a guide says aloud, and the address at which its sound is: that of the guide's version,
/// so that a browser keeps it.
struct GuideSpeech: Sendable {
    /// nil: this machine has no voice, the phone reads by its own if it has one.
    let speech: Speech?

    static func text(_ question: Guide.Question, _ language: Language) -> String {
        sentences([question.ask, question.hint].compactMap { $0 } + question.answers.map(\.title), language)
    }
    static func text(_ ending: Guide.Ending, _ language: Language) -> String {
        sentences([ending.title] + ending.steps + [ending.help], language)
    }

    /// A full stop between them, unless one stands there already.
    private static func sentences(_ texts: [Texts], _ language: Language) -> String {
        let stop = language == .chinese ? "。" : ". "
        return texts.map { $0.in(language) }.reduce(into: "") { out, next in
            if let last = out.last { out += "。？！".contains(last) ? "" : ".?!".contains(last) ? " " : stop }
            out += next
        }
    }

    func register(on site: Site) {
        site.raw(.get, "/guides/:guide/:version/spoken/:place") { visit, request in
            let guide = try await visit.desk.look(by: visit.actor) { try $0.tx.guide(visit["guide"]) }
            guard let guide, "\(guide.version)" == visit["version"], let speech else { throw Problem.notFound }
            let language: Language = visit.query["lang"] == Language.english.rawValue ? .english : .chinese
            let text =
                guide.question(visit["place"]).map { Self.text($0, language) }
                ?? guide.ending(visit["place"]).map { Self.text($0, language) }
            guard let text, let sound = try await speech.mp3(text, language) else { throw Problem.notFound }
            return .sound(sound, type: "audio/mpeg", range: request.headers[.range])
        }
    }

    /// Sound to be played without a script too; with one, a big button plays it, or the phone's own voice
    /// reads the text where there is no sound.
    func aloud(_ text: String, _ guide: Guide, _ place: String, _ visit: Visit) -> HTML {
        let words = visit.words
        let language = visit.language.rawValue
        let sound: HTML? = speech.map { _ in
            """
            <span class="label">\(Icon.sound) \(words["outages.aloud"])</span>\
            <audio controls preload="none" aria-label="\(words["outages.aloud"])" \
            src="/guides/\(guide.name)/\(guide.version)/spoken/\(place)?lang=\(language)"></audio>
            """
        }
        return """
            <div class="aloud" data-aloud>\(sound)\
            <button type="button" class="button second" data-speak="\(text)" data-speak-language="\(language)" \
            data-stop="\(words["outages.aloud-stop"])" hidden>\(Icon.sound) <span>\(words["outages.aloud"])</span></button></div>
            """
    }
}
