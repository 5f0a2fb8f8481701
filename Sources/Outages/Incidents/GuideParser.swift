import Desk
import Values
import Yams

extension Guide {
    /// Reads a guide and checks it.
    /// - Parameter isNew: it is to go live; one that is live already is read though it falls short of what
    ///   is wanted of a new one.
    /// - Throws: `KindRefused` with every problem.
    package static func parse(yaml: String, version: Int, isNew: Bool = false) throws -> Guide {
        var reader = GuideReader()
        let guide = reader.guide(yaml, version)
        var problems = reader.problems
        if problems.isEmpty { problems = guide.problems() + (isNew ? guide.shortcomings() : []) }
        guard problems.isEmpty else { throw KindRefused(kind: guide.name, problems: problems) }
        return guide
    }
}

private struct GuideReader {
    var problems: [KindProblem] = []

    mutating func guide(_ yaml: String, _ version: Int) -> Guide {
        var root = Node.Mapping([])
        do {
            if let mapping = try Yams.compose(yaml: yaml)?.mapping {
                root = mapping
            } else {
                problems.append(KindProblem(.unreadable, at: "guide"))
            }
        } catch {
            problems.append(KindProblem(.unreadable, at: "guide", "\(error)"))
        }
        check(root, "", ["guide", "title", "start", "questions", "endings"])
        let name = text(root["guide"], "guide")
        if name.utf8.count > 40 || !name.utf8.allSatisfy({ (97...122).contains($0) || $0 == 45 }) {
            problems.append(KindProblem(.badName, at: "guide", name))
        }
        return Guide(
            name: name, version: version, title: words(root["title"], "title"), start: text(root["start"], "start"),
            questions: entries(root["questions"]).map { question($0.key, $0.value) },
            endings: entries(root["endings"]).map { ending($0.key, $0.value) }, yaml: yaml)
    }

    private mutating func question(_ name: String, _ node: Node.Mapping) -> Guide.Question {
        let place = "questions.\(name)"
        check(node, place, ["ask", "hint", "answers"])
        return Guide.Question(
            name: name, ask: words(node["ask"], "\(place).ask"),
            hint: node["hint"].map { words($0, "\(place).hint") },
            answers: entries(node["answers"]).map { answer($0.key, $0.value, "\(place).answers.\($0.key)") })
    }

    private mutating func answer(_ name: String, _ node: Node.Mapping, _ place: String) -> Guide.Answer {
        check(node, place, ["title", "picture", "next", "alone"])
        return Guide.Answer(
            name: name, title: words(node["title"], "\(place).title"), picture: text(node["picture"], "\(place).picture"),
            next: text(node["next"], "\(place).next"), isAlone: node["alone"]?.scalar?.string == "true")
    }

    private mutating func ending(_ name: String, _ node: Node.Mapping) -> Guide.Ending {
        let place = "endings.\(name)"
        check(node, place, ["title", "steps", "help", "inside", "case"])
        var steps: [Texts] = []
        for (i, step) in (node["steps"]?.sequence.map(Array.init) ?? []).enumerated() {
            steps.append(words(step, "\(place).steps.\(i + 1)"))
        }
        return Guide.Ending(
            name: name, title: words(node["title"], "\(place).title"), steps: steps,
            help: words(node["help"], "\(place).help"), isInside: node["inside"]?.scalar?.string == "true",
            offersCase: node["case"]?.scalar?.string == "true")
    }

    // MARK: Nodes

    private func entries(_ node: Node?) -> [(key: String, value: Node.Mapping)] {
        (node?.mapping ?? Node.Mapping([])).compactMap { key, value in
            key.scalar.map { ($0.string, value.mapping ?? Node.Mapping([])) }
        }
    }

    private mutating func text(_ node: Node?, _ place: String) -> String {
        guard let text = node?.scalar?.string, !text.isEmpty else {
            problems.append(KindProblem(.missing, at: place))
            return ""
        }
        return text
    }

    private mutating func words(_ node: Node?, _ place: String) -> Texts {
        // An unquoted comma would cut the words short and leave the rest as a key.
        if let mapping = node?.mapping { check(mapping, place, ["zh", "en"]) }
        let zh = node?.mapping?["zh"]?.scalar?.string ?? ""
        let en = node?.mapping?["en"]?.scalar?.string ?? ""
        if zh.isEmpty || en.isEmpty { problems.append(KindProblem(.missingWords, at: place, zh.isEmpty ? "zh" : "en")) }
        return Texts(zh: zh, en: en)
    }

    private mutating func check(_ node: Node.Mapping, _ place: String, _ allowed: Set<String>) {
        for (key, _) in node {
            let name = key.scalar?.string ?? "?"
            if !allowed.contains(name) { problems.append(KindProblem(.unknownKey, at: place, name)) }
        }
    }
}
