package import Desk
import Values

/// One of several answers that a form offers.
package struct FormChoice: Sendable {
    package let value: String
    package let label: String
    package let hint: String?
    package init(_ value: String, _ label: String, hint: String? = nil) {
        self.value = value
        self.label = label
        self.hint = hint
    }
}

/// What a form of an action looks like where it differs from the plain one.
package struct FormLook: Sendable {
    /// Fields to ask for, in this order; nil: all that are not hidden, in their own order.
    package var only: [String]?
    package var except: Set<String> = []
    /// Values that are carried and not asked for.
    package var hidden: [String: String] = [:]
    /// Answers that only the page knows (who is free to work).
    package var choices: [String: [FormChoice]] = [:]
    /// What stands in a field before anything was typed.
    package var initial: [String: String] = [:]
    /// Locale key of the button; `action.<name>.submit` when nil.
    package var submit: String?
    /// Above the first field and above the button.
    package var before: HTML = .empty
    package var after: HTML = .empty
    /// A short form beside others: the button is not the page's main one.
    package var isSecondary = false
    /// Where it is sent; the action's own path when nil.
    package var to: String?
    /// Fields that may be left out elsewhere and must be filled in here: no "optional" beside them.
    package var required: Set<String> = []
    /// Labels where the page knows better than the action: "name of the villager".
    package var labels: [String: String] = [:]

    package init(
        only: [String]? = nil, except: Set<String> = [], hidden: [String: String] = [:],
        choices: [String: [FormChoice]] = [:], initial: [String: String] = [:], submit: String? = nil,
        before: HTML = .empty, after: HTML = .empty, isSecondary: Bool = false, to: String? = nil,
        required: Set<String> = [], labels: [String: String] = [:]
    ) {
        self.only = only
        self.except = except
        self.hidden = hidden
        self.choices = choices
        self.initial = initial
        self.submit = submit
        self.before = before
        self.after = after
        self.isSecondary = isSecondary
        self.to = to
        self.required = required
        self.labels = labels
    }
}

/// Forms made from actions: label, hint, control and complaint of each field, a summary of
/// complaints on top that links to the fields, and what was typed.
package enum Forms {
    /// The form of an action.
    package static func form<A: Action>(
        _ type: A.Type, _ visit: Visit, _ state: FormState = FormState(), _ look: FormLook = FormLook()
    ) -> HTML {
        // Several forms may stand on one page: a mistake belongs to the one that was sent.
        let state = state.action == nil || state.action == A.name ? state : FormState(from: visit)
        let list = InputRegistry.list(for: type)
        let path = look.to ?? filled(A.door, visit, look.hidden)
        let inPath = Set(A.door.parameters)
        let fields = asked(list, look, inPath)
        let shown = Set(fields.map(\.name))
        let carried: [HTML] = list.fields.compactMap { field in
            guard !shown.contains(field.name), !inPath.contains(field.name) else { return nil }
            if let value = look.hidden[field.name] { return FormParts.hidden(field.name, value) }
            if field.rules.contains(.hidden) || field.control == .hidden {
                return FormParts.hidden(field.name, state.typed(field.name), mark: field.name)
            }
            return nil
        }
        let parts: [HTML] = fields.map { field in
            FormParts.field(
                field, of: A.name, visit, state, choices: look.choices[field.name], initial: look.initial[field.name],
                isRequired: look.required.contains(field.name), label: look.labels[field.name])
        }
        return open(to: path, visit, state, hasFiles: fields.contains { [.photos, .file].contains($0.control) }, key: A.keepsAnswer)
            + """
            \(FormParts.summary(state.problem, of: A.name, fields, visit.words))\(carried)\(look.before)\(parts)\(look.after)
            <p class="actions"><button class="button\(look.isSecondary ? " second" : "")">\(visit.words[look.submit ?? "action.\(A.name).submit"])</button></p>
            </form>
            """
    }

    /// A form of one button.
    package static func button<A: Action>(
        _ type: A.Type, _ visit: Visit, hidden: [String: String] = [:], submit: String? = nil, isSecondary: Bool = true
    ) -> HTML {
        form(type, visit, FormState(), FormLook(only: [], hidden: hidden, submit: submit, isSecondary: isSecondary))
    }

    /// The opening tag with what every form carries; close it with `</form>`.
    package static func open(
        to path: String, _ visit: Visit, _ state: FormState = FormState(), hasFiles: Bool = false, key: Bool = true
    ) -> HTML {
        """
        <form method="post" action="\(path)" novalidate data-once\(hasFiles ? " enctype=\"multipart/form-data\"" as HTML : .empty)>
        <input type="hidden" name="_csrf" value="\(visit.csrf)">\(key ? "<input type=\"hidden\" name=\"_key\" value=\"\(state.key ?? visit.newKey())\">" as HTML : .empty)
        """
    }

    private static func asked(_ list: InputList, _ look: FormLook, _ inPath: Set<String>) -> [InputDescription] {
        if let only = look.only { return only.compactMap { name in list.fields.first { $0.name == name } } }
        return list.fields.filter {
            !look.except.contains($0.name) && !inPath.contains($0.name) && look.hidden[$0.name] == nil
                && !$0.rules.contains(.hidden) && (look.choices[$0.name] != nil || $0.control != .hidden)
        }
    }

    /// The path with its `:segments` filled from the page's own path or from carried values.
    static func filled(_ door: Door, _ visit: Visit, _ hidden: [String: String]) -> String {
        door.path.split(separator: "/").map { part in
            guard part.hasPrefix(":") else { return "/" + part }
            let name = String(part.dropFirst())
            return "/" + percentEncoded(hidden[name] ?? visit.parameters[name] ?? "")
        }.joined()
    }
}
