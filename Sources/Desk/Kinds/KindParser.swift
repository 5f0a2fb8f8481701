import PowerRules
import Yams

extension Kind {
    /// Reads a kind on top of the life that all kinds share, and checks it.
    ///
    /// - Parameters:
    ///   - base: text of `life.yaml`; a kind's states, moves and limits are laid over it, key by key.
    /// - Throws: `KindRefused` with every problem.
    package static func parse(yaml: String, base: String, version: Int) throws -> Kind {
        var reader = KindReader()
        guard let own = reader.mapping(of: yaml, "kind"), let life = reader.mapping(of: base, "life") else {
            throw KindRefused(kind: "?", problems: reader.problems)
        }
        let kind = reader.kind(own, life, version, yaml: yaml, base: base)
        let problems = reader.problems + (reader.problems.isEmpty ? kind.problems() : [])
        guard problems.isEmpty else { throw KindRefused(kind: kind.name, problems: problems) }
        return kind
    }

    /// The name that a text gives itself, before anything else is checked.
    package static func name(ofYAML text: String) -> String? {
        (try? Yams.compose(yaml: text))?.mapping?["kind"]?.scalar?.string
    }
}

/// Goes through the nodes in order, so that moves stay in the order in which they are written.
private struct KindReader {
    var problems: [KindProblem] = []

    mutating func mapping(of text: String, _ place: String) -> Node.Mapping? {
        do {
            if let mapping = try Yams.compose(yaml: text)?.mapping { return mapping }
            problems.append(KindProblem(.unreadable, at: place))
        } catch {
            problems.append(KindProblem(.unreadable, at: place, "\(error)"))
        }
        return nil
    }

    mutating func kind(
        _ own: Node.Mapping, _ life: Node.Mapping, _ version: Int, yaml: String, base: String
    ) -> Kind {
        check(
            own, "",
            [
                "kind", "order", "service", "title", "hint", "complaint", "certificate", "fields", "states", "moves",
                "limits", "drop", "intake",
            ])
        check(life, "life", ["start", "states", "moves", "limits"])
        let name = text(own["kind"], "kind")
        if !isName(name) { problems.append(KindProblem(.badName, at: "kind", name)) }
        let service = text(own["service"], "service")
        if !["connection", "usage", "payment", "inquiry", "repair"].contains(service) {
            problems.append(KindProblem(.unknownKey, at: "service", service))
        }
        let dropped = Set(strings(own["drop"], "drop"))
        return Kind(
            name: name, version: version, title: words(own["title"], "title"), hint: words(own["hint"], "hint"),
            order: Int(own["order"]?.scalar?.string ?? "") ?? 99, service: service,
            isComplaint: flag(own["complaint"]), needsCertificate: flag(own["certificate"]),
            isOffered: own["intake"].map { flag($0) } ?? true,
            fields: entries(own["fields"]).map { field($0.key, $0.value) },
            start: text(life["start"], "start"),
            states: laid(own["states"], over: life["states"], dropped).map { state($0.key, $0.value) },
            moves: laid(own["moves"], over: life["moves"], dropped).map { move($0.key, $0.value) },
            limits: laid(own["limits"], over: life["limits"], dropped).map { limit($0.key, $0.value) }, yaml: yaml,
            base: base)
    }

    // MARK: Parts

    private mutating func state(_ name: String, _ node: Node.Mapping) -> KindState {
        let place = "states.\(name)"
        check(node, place, ["title", "open", "waits"])
        return KindState(
            name: name, title: words(node["title"], "\(place).title"),
            isOpen: node["open"].map { flag($0) } ?? true, waitsForCustomer: node["waits"]?.scalar?.string == "customer")
    }

    private mutating func move(_ name: String, _ node: Node.Mapping) -> KindMove {
        let place = "moves.\(name)"
        check(node, place, ["title", "from", "to", "who", "needs", "guards", "effects", "hidden", "public"])
        if !isName(name) { problems.append(KindProblem(.badName, at: place, name)) }
        let to: KindMove.Target =
            switch text(node["to"], "\(place).to") {
            case "previous": .previous
            case "same": .same
            case let state: .state(state)
            }
        let who: [Mover] = known(node["who"], "\(place).who", .unknownRole)
        if who.isEmpty { problems.append(KindProblem(.moveWithoutRole, at: "\(place).who")) }
        return KindMove(
            name: name, title: words(node["title"], "\(place).title"), from: strings(node["from"], "\(place).from"),
            to: to, who: Set(who), needs: known(node["needs"], "\(place).needs", .unknownNeed),
            guards: known(node["guards"], "\(place).guards", .unknownGuard),
            effects: known(node["effects"], "\(place).effects", .unknownEffect),
            isHidden: flag(node["hidden"]), isPublic: node["public"].map { flag($0) } ?? true)
    }

    private mutating func limit(_ name: String, _ node: Node.Mapping) -> KindLimit {
        let place = "limits.\(name)"
        check(node, place, ["label", "rule", "source", "starts", "pauses", "stops", "promise", "only"])
        let rule = text(node["rule"], "\(place).rule")
        let parsed = LimitRule(rule)
        if parsed == nil { problems.append(KindProblem(.unknownRule, at: "\(place).rule", rule)) }
        return KindLimit(
            name: name, label: words(node["label"], "\(place).label"), rule: parsed ?? .workingDays(1),
            source: text(node["source"], "\(place).source"), starts: strings(node["starts"], "\(place).starts"),
            pauses: strings(node["pauses"], "\(place).pauses"), stops: strings(node["stops"], "\(place).stops"),
            isPromise: flag(node["promise"]), only: node["only"]?.mapping.map { condition($0, "\(place).only") })
    }

    private mutating func condition(_ node: Node.Mapping, _ place: String) -> KindLimit.Condition {
        check(node, place, ["field", "in", "absent"])
        return KindLimit.Condition(
            field: text(node["field"], "\(place).field"), values: strings(node["in"], "\(place).in"),
            whenAbsent: flag(node["absent"]))
    }

    private mutating func field(_ name: String, _ node: Node.Mapping) -> KindField {
        let place = "fields.\(name)"
        check(node, place, ["type", "label", "hint", "required", "max", "when", "choices"])
        if !isName(name) { problems.append(KindProblem(.badName, at: place, name)) }
        let form: KindField.Form
        switch text(node["type"], "\(place).type") {
        case "text": form = .text
        case "lines": form = .lines
        case "number": form = .number
        case "day": form = .day
        case "flag": form = .flag
        case "choice":
            form = .choice(
                entries(node["choices"], bare: true).map { key, value in
                    .init(value: key, title: words(.mapping(value), "\(place).choices.\(key)"))
                })
        case let other:
            problems.append(KindProblem(.unknownForm, at: "\(place).type", other))
            form = .text
        }
        let when = node["when"]?.scalar?.string ?? "any"
        if KindField.When(rawValue: when) == nil {
            problems.append(KindProblem(.unknownKey, at: "\(place).when", when))
        }
        return KindField(
            name: name, form: form, label: words(node["label"], "\(place).label"),
            hint: node["hint"].map { words($0, "\(place).hint") }, isRequired: flag(node["required"]),
            maxLength: min(2000, Int(node["max"]?.scalar?.string ?? "") ?? 100), when: .init(rawValue: when) ?? .any)
    }

    // MARK: Nodes

    /// The base's entries with the kind's laid over them, then those that only the kind has.
    private func laid(
        _ own: Node?, over base: Node?, _ dropped: Set<String>
    ) -> [(key: String, value: Node.Mapping)] {
        let mine = entries(own)
        var result = entries(base).filter { !dropped.contains($0.key) }
        for (key, value) in mine {
            if let at = result.firstIndex(where: { $0.key == key }) {
                for (part, node) in value { result[at].value[part] = node }
            } else {
                result.append((key, value))
            }
        }
        return result
    }

    private func entries(_ node: Node?, bare: Bool = false) -> [(key: String, value: Node.Mapping)] {
        guard let mapping = node?.mapping else { return [] }
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string else { return nil }
            return (name, value.mapping ?? Node.Mapping([]))
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
        if zh.isEmpty || en.isEmpty {
            problems.append(KindProblem(.missingWords, at: place, zh.isEmpty ? "zh" : "en"))
        }
        return Texts(zh: zh, en: en)
    }

    private func flag(_ node: Node?) -> Bool { node?.scalar?.string == "true" }

    private mutating func strings(_ node: Node?, _ place: String) -> [String] {
        guard let node else { return [] }
        guard let items = node.sequence else {
            problems.append(KindProblem(.unreadable, at: place))
            return []
        }
        return items.compactMap { $0.scalar?.string }
    }

    private mutating func known<T: RawRepresentable<String>>(
        _ node: Node?, _ place: String, _ code: KindProblem.Code
    ) -> [T] {
        strings(node, place).compactMap { raw in
            let value = T(rawValue: raw)
            if value == nil { problems.append(KindProblem(code, at: place, raw)) }
            return value
        }
    }

    /// A slip of the pen in a key must not be passed over in silence.
    private mutating func check(_ node: Node.Mapping, _ place: String, _ allowed: Set<String>) {
        for (key, _) in node {
            let name = key.scalar?.string ?? "?"
            if !allowed.contains(name) { problems.append(KindProblem(.unknownKey, at: place, name)) }
        }
    }

    private func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 40
            && text.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 || (48...57).contains($0) }
    }
}
