package import Desk
package import Values

/// Pieces of forms, for those that are not made from an action alone.
package enum FormParts {
    /// More answers than this are a list to open, fewer stand below each other.
    static let radiosLimit = 12

    /// `data-fill` lets a script set it (position).
    package static func hidden(_ name: String, _ value: String, mark: String? = nil) -> HTML {
        """
        <input type="hidden" name="\(name)" value="\(value)"\(mark.map { " data-fill=\"\($0)\"" as HTML })>
        """
    }

    /// All complaints, each leading to its field; also a problem that belongs to no field.
    package static func summary(
        _ problem: Problem?, of action: String, _ fields: [InputDescription], _ words: Words
    ) -> HTML {
        guard let problem else { return .empty }
        let lines: [HTML] = problem.fields.map { complaint in
            let sentence = ProblemText.sentence(complaint, words)
            guard fields.contains(where: { $0.name == complaint.field }) else {
                return "<li>\(sentence)</li>"
            }
            return
                "<li><a href=\"#\(action)-\(complaint.field)\">\(label(action, complaint.field, words)): \(sentence)</a></li>"
        }
        return """
            <div class="summary" role="alert" tabindex="-1" id="\(action)-summary">
            <h2>\(words["form.summary"])</h2>
            \(lines.isEmpty ? "<p>\(ProblemText.sentence(problem, words))</p>" : "<ul>\(lines)</ul>" as HTML)
            </div>
            """
    }

    /// One field of an action.
    package static func field(
        _ field: InputDescription, of action: String, _ visit: Visit, _ state: FormState,
        choices: [FormChoice]? = nil, initial: String? = nil, isRequired: Bool = false, label: String? = nil
    ) -> HTML {
        let words = visit.words
        let complaint = state.complaint(field.name).map { ProblemText.sentence($0, words) }
        let hintKey = "action.\(action).\(field.name)-hint"
        var frame = FieldFrame(
            id: "\(action)-\(field.name)", name: field.name, label: label ?? Self.label(action, field.name, words),
            hint: words.has(hintKey) ? words[hintKey] : nil, complaint: complaint,
            optional: field.isOptional && !isRequired && field.control != .flag ? words["form.optional"] : nil)
        let typed = state.values[field.name] == nil ? initial ?? "" : state.typed(field.name)
        if let choices {
            return FormParts.choices(
                frame, choices,
                chosen: state.values[field.name] == nil ? initial.map { [$0] } ?? [] : state.chosen(field.name), words)
        }
        switch field.control {
        case .choice(let values, let prefix):
            let choices = values.map { value in
                let hint = "\(prefix).\(value)-hint"
                return FormChoice(value, words["\(prefix).\(value)"], hint: words.has(hint) ? words[hint] : nil)
            }
            let chosen = state.values[field.name] == nil ? initial.map { [$0] } ?? [] : state.chosen(field.name)
            return FormParts.choices(frame, choices, chosen: chosen, words)
        case .lines:
            return frame.around(
                "<textarea id=\"\(frame.id)\" name=\"\(frame.name)\" rows=\"5\"\(frame.described)>\n\(typed)</textarea>"
            )
        case .flag:
            frame.optional = nil
            return frame.flag(isOn: ["1", "true", "on", "yes"].contains(typed))
        case .photos:
            return frame.around(files(frame, field, visit, state.uploads(field.name)))
        case .file:
            return frame.around(
                "<input id=\"\(frame.id)\" name=\"\(frame.name)\" type=\"file\" accept=\".csv,.json,.xml,.rdf\"\(frame.described)>")
        case .hidden:
            return hidden(field.name, typed, mark: field.name)
        default:
            return frame.around(input(frame, field, typed))
        }
    }

    private static func label(_ action: String, _ field: String, _ words: Words) -> String {
        words["action.\(action).\(field)"]
    }

    private static func input(_ frame: FieldFrame, _ field: InputDescription, _ typed: String) -> HTML {
        var value = typed
        let kind: HTML
        switch field.control {
        case .phone: kind = "type=\"tel\" inputmode=\"tel\" autocomplete=\"tel\""
        case .number: kind = "type=\"text\" inputmode=\"decimal\""
        case .day: kind = "type=\"date\""
        case .moment:
            kind = "type=\"datetime-local\""
            value = String(typed.prefix(16))
        case .secret:
            kind = "type=\"password\" autocomplete=\"\(field.name == "password" ? "current-password" : "off")\""
            value = ""
        default:
            let autocomplete = ["name": "name", "person": "username", "code": "one-time-code"][field.name]
            kind = "type=\"text\"\(autocomplete.map { " autocomplete=\"\($0)\"" as HTML })"
        }
        return "<input id=\"\(frame.id)\" name=\"\(frame.name)\" \(kind) value=\"\(value)\"\(frame.described)>"
    }

    /// A camera of its own on phones, because choosing from the album does not offer it everywhere.
    private static func files(
        _ frame: FieldFrame, _ field: InputDescription, _ visit: Visit, _ kept: [Upload]
    ) -> HTML {
        let words = visit.words
        let keptFiles: [HTML] = kept.map { upload in
            "<li>\(Icon.done) \(words["form.file-kept"])\(hidden("_kept." + field.name, KeptUpload.seal(upload, visit)))</li>"
        }
        let list: HTML? = keptFiles.isEmpty ? nil : "<ul class=\"files\">\(keptFiles)</ul>"
        if isVoice(field.name) {
            return """
                \(list)<div data-voice data-record="\(words["form.record"])" data-stop="\(words["form.stop"])"><input id="\(frame.id)" name="\(frame.name)" type="file" accept="audio/*" capture\(frame.described)></div>
                """
        }
        let several: HTML = field.schema.isArray ? " multiple" : .empty
        return """
            \(list)<div class="photos" data-photos>
            <input class="camera" id="\(frame.id)-camera" name="\(frame.name)" type="file" accept="image/jpeg" capture="environment">
            <label class="camera button second" for="\(frame.id)-camera">\(Icon.camera) \(words["form.take-photo"])</label>
            <input id="\(frame.id)" name="\(frame.name)" type="file" accept="image/jpeg,image/png,image/webp"\(several)\(frame.described)>
            </div>
            """
    }

    /// Files of a field of this name are speech, all others are pictures.
    static func isVoice(_ field: String) -> Bool { field.hasPrefix("voice") }

    /// Radio buttons, or a list when there are many.
    package static func choices(
        _ frame: FieldFrame, _ choices: [FormChoice], chosen: [String], _ words: Words
    ) -> HTML {
        if choices.count > radiosLimit {
            let options: [HTML] = choices.map {
                "<option value=\"\($0.value)\"\(chosen.contains($0.value) ? " selected" as HTML : .empty)>\($0.label)</option>"
            }
            return frame.around(
                "<select id=\"\(frame.id)\" name=\"\(frame.name)\"\(frame.described)><option value=\"\">\(words["form.choose"])</option>\(options)</select>"
            )
        }
        let radios: [HTML] = choices.enumerated().map { i, choice in
            let id = i == 0 ? frame.id : "\(frame.id)-\(i + 1)"
            return """
                <div class="choice"><input type="radio" id="\(id)" name="\(frame.name)" value="\(choice.value)"\(chosen.contains(choice.value) ? " checked" as HTML : .empty)><label for="\(id)">\(choice.label)\(choice.hint.map { "<span class=\"hint\">\($0)</span>" as HTML })</label></div>
                """
        }
        return frame.group(radios.joined())
    }
}

/// What stands around a control: label, hint, complaint.
package struct FieldFrame: Sendable {
    package let id: String
    package let name: String
    package let label: String
    package let hint: String?
    package let complaint: String?
    package var optional: String?

    package init(
        id: String, name: String, label: String, hint: String? = nil, complaint: String? = nil,
        optional: String? = nil
    ) {
        self.id = id
        self.name = name
        self.label = label
        self.hint = hint
        self.complaint = complaint
        self.optional = optional
    }

    /// `aria-describedby` and `aria-invalid`, with a leading space.
    package var described: HTML {
        var ids: [String] = []
        if hint != nil { ids.append(id + "-hint") }
        if complaint != nil { ids.append(id + "-error") }
        if ids.isEmpty { return .empty }
        let names = ids.joined(separator: " ")
        return complaint == nil
            ? " aria-describedby=\"\(names)\"" : " aria-describedby=\"\(names)\" aria-invalid=\"true\""
    }

    /// A group is described by its complaint; its controls carry no mark of their own.
    private var groupDescribed: HTML {
        let ids = [hint.map { _ in id + "-hint" }, complaint.map { _ in id + "-error" }].compactMap { $0 }
        return ids.isEmpty ? .empty : " aria-describedby=\"\(ids.joined(separator: " "))\""
    }

    private var notes: HTML {
        let hint: HTML? = self.hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" }
        let complaint: HTML? = self.complaint.map { "<p class=\"error\" id=\"\(id)-error\">\($0)</p>" }
        return "\(hint)\(complaint)"
    }
    private var title: HTML {
        "\(label)\(optional.map { " <span class=\"quiet\">\($0)</span>" as HTML })"
    }
    private var wrong: HTML { complaint == nil ? .empty : " wrong" }

    package func around(_ control: HTML) -> HTML {
        "<div class=\"field\(wrong)\"><label for=\"\(id)\">\(title)</label>\(notes)\(control)</div>"
    }
    package func group(_ controls: HTML) -> HTML {
        "<fieldset class=\"field\(wrong)\"\(groupDescribed)><legend>\(title)</legend>\(notes)\(controls)</fieldset>"
    }
    package func flag(isOn: Bool) -> HTML {
        """
        <div class="field\(wrong)">\(notes)<div class="choice"><input type="checkbox" id="\(id)" name="\(name)" value="1"\(isOn ? " checked" as HTML : .empty)\(described)><label for="\(id)">\(title)</label></div></div>
        """
    }
}

extension Schema {
    var isArray: Bool {
        switch self {
        case .array: true
        case .nullable(let inner): inner.isArray
        default: false
        }
    }
}
