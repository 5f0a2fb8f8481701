package import Desk
import PowerRules
package import Values

/// Questions that a villager can answer, and where each answer leads: data, not code.
package struct Guide: Sendable, Equatable {
    package static let noLight = "no-light"
    /// An answer that leads here leaves the guide for the page on danger.
    package static let danger = "danger"
    package static let pictures: Set<String> = [
        "house-dark", "house-part", "neighbours-dark", "neighbours-lit", "breaker-down", "breaker-up", "unknown",
        "danger",
    ]

    package struct Answer: Sendable, Equatable {
        package let name: String
        package let title: Texts
        package let picture: String
        /// Name of a question or an ending, or `danger`.
        package let next: String
        /// It says that the neighbours have light.
        package let isAlone: Bool
    }
    package struct Question: Sendable, Equatable {
        package let name: String
        package let ask: Texts
        package let hint: Texts?
        package let answers: [Answer]
    }
    package struct Ending: Sendable, Equatable {
        package let name: String
        package let title: Texts
        /// What may be done safely, one after the other.
        package let steps: [Texts]
        /// Who helps.
        package let help: Texts
        /// Likely behind the meter.
        package let isInside: Bool
        /// Offers to send somebody.
        package let offersCase: Bool
    }

    package let name: String
    package let version: Int
    package let title: Texts
    package let start: String
    package let questions: [Question]
    package let endings: [Ending]
    package let yaml: String

    package func question(_ name: String) -> Question? { questions.first { $0.name == name } }
    package func ending(_ name: String) -> Ending? { endings.first { $0.name == name } }

    /// Where somebody stands who gave these answers.
    package enum Place: Sendable, Equatable {
        case question(Question)
        case ending(Ending)
        case danger
    }

    /// - Parameter text: `house:all,neighbours:dark`.
    /// - Throws: `unknown-answer`.
    package func walk(_ text: String) throws(Problem) -> (place: Place, answers: [(String, String)], isAlone: Bool) {
        var at = start
        var given: [(String, String)] = []
        var isAlone = false
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, pair[0] == at, let question = question(at),
                let answer = question.answers.first(where: { $0.name == pair[1] })
            else { throw .invalid("answers", "unknown-answer") }
            given.append((pair[0], pair[1]))
            if answer.isAlone { isAlone = true }
            at = answer.next
        }
        if at == Self.danger { return (.danger, given, isAlone) }
        if let question = question(at) { return (.question(question), given, isAlone) }
        guard let ending = ending(at) else { throw .invalid("answers", "unknown-answer") }
        return (.ending(ending), given, isAlone)
    }
}

/// One way through a guide to its end.
package struct GuideWay: Sendable, Equatable {
    package let guide: String
    package let version: Int
    package let ending: String
    package let answers: [String: String]
    package let isAlone: Bool
    package let isInside: Bool
}

extension Guide {
    /// What makes it impossible to follow a guide: ways that end nowhere or go round, endings that nobody
    /// reaches, pictures that there are not.
    package func problems() -> [KindProblem] {
        var found: [KindProblem] = []
        let ends = Set(endings.map(\.name))
        let names = Set(questions.map(\.name)).union(ends)
        if question(start) == nil { found.append(KindProblem(.unknownState, at: "start", start)) }
        for question in questions {
            if ends.contains(question.name) { found.append(KindProblem(.badName, at: "endings.\(question.name)", question.name)) }
            if question.answers.count < 2 { found.append(KindProblem(.missing, at: "questions.\(question.name).answers")) }
            for answer in question.answers {
                let place = "questions.\(question.name).answers.\(answer.name)"
                if answer.next != Self.danger, !names.contains(answer.next) {
                    found.append(KindProblem(.unknownState, at: "\(place).next", answer.next))
                }
                if !Self.pictures.contains(answer.picture) {
                    found.append(KindProblem(.unknownKey, at: "\(place).picture", answer.picture))
                }
            }
        }
        guard found.isEmpty else { return found }
        var reached: Set<String> = []
        walkAll(start, way: [], &reached, &found)
        for name in names.subtracting(reached).sorted() {
            found.append(KindProblem(.unreachableState, at: name))
        }
        return found
    }

    /// Looks at each question once, however many ways lead to it.
    private func walkAll(_ name: String, way: [String], _ reached: inout Set<String>, _ found: inout [KindProblem]) {
        guard name != Self.danger else { return }
        if let first = way.firstIndex(of: name) {
            found.append(
                KindProblem(.goesRound, at: "questions.\(name)", (way[first...] + [name]).joined(separator: " → ")))
            return
        }
        guard reached.insert(name).inserted else { return }
        for answer in question(name)?.answers ?? [] { walkAll(answer.next, way: way + [name], &reached, &found) }
    }

    /// More does not stand on the screen of a phone, and is not read in the dark.
    package static let longestText = 80

    /// What keeps a new version from going live though it could be followed: words that are too long, a
    /// danger that is asked about any further, an ending that neither helps nor sends somebody.
    package func shortcomings() -> [KindProblem] {
        var found: [KindProblem] = []
        func measure(_ texts: Texts?, _ place: String) {
            for (language, text) in [("zh", texts?.zh ?? ""), ("en", texts?.en ?? "")] where text.count > Self.longestText {
                found.append(KindProblem(.tooLong, at: "\(place).\(language)", "\(text.count)"))
            }
        }
        measure(title, "title")
        for question in questions {
            let place = "questions.\(question.name)"
            measure(question.ask, "\(place).ask")
            measure(question.hint, "\(place).hint")
            for answer in question.answers {
                measure(answer.title, "\(place).answers.\(answer.name)")
                let isDanger = answer.picture == "danger" || !Danger.words(in: "\(answer.title.zh)\n\(answer.title.en)").isEmpty
                if isDanger, answer.next != Self.danger {
                    found.append(KindProblem(.dangerStays, at: "\(place).answers.\(answer.name).next", answer.next))
                }
            }
        }
        for ending in endings {
            let place = "endings.\(ending.name)"
            measure(ending.title, "\(place).title")
            measure(ending.help, "\(place).help")
            for (number, step) in ending.steps.enumerated() { measure(step, "\(place).steps.\(number + 1)") }
            if ending.steps.isEmpty, !ending.offersCase { found.append(KindProblem(.deadEnd, at: place)) }
        }
        return found
    }
}
