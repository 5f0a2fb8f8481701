import Desk
import Values
import Web

/// The fields that a kind asks beside the common ones: described in its data, sent as `extra.<name>`.
enum KindFields {
    static func all(_ kind: Kind, _ visit: Visit, _ state: FormState) -> HTML {
        kind.fields.map { field($0, visit, state) }.joined()
    }

    private static func field(_ field: KindField, _ visit: Visit, _ state: FormState) -> HTML {
        let words = visit.words
        let name = "extra.\(field.name)"
        let typed = typed(field.name, state)
        let frame = FieldFrame(
            id: "report-need-\(name)", name: name, label: field.label.in(words.language),
            hint: field.hint?.in(words.language),
            complaint: state.complaint(name).map { ProblemText.sentence($0, words) },
            optional: field.isRequired ? nil : words["form.optional"])
        switch field.form {
        case .text: return frame.around(input(frame, "type=\"text\" maxlength=\"\(field.maxLength)\"", typed))
        case .number: return frame.around(input(frame, "type=\"text\" inputmode=\"decimal\"", typed))
        case .day: return frame.around(input(frame, "type=\"date\"", typed))
        case .lines:
            return frame.around("<textarea id=\"\(frame.id)\" name=\"\(name)\" rows=\"3\"\(frame.described)>\n\(typed)</textarea>")
        case .flag: return flag(frame, field, typed, words)
        case .choice(let choices):
            let answers = choices.map { FormChoice($0.value, $0.title.in(words.language)) }
            return FormParts.choices(frame, answers, chosen: [typed], words)
        }
    }

    /// Yes or no, because an unticked box cannot say "no".
    private static func flag(_ frame: FieldFrame, _ field: KindField, _ typed: String, _ words: Words) -> HTML {
        let answers = ["true", "false"].map { FormChoice($0, field.words(for: $0).in(words.language)) }
        return FormParts.choices(frame, answers, chosen: [typed], words)
    }

    private static func input(_ frame: FieldFrame, _ kind: HTML, _ typed: String) -> HTML {
        "<input id=\"\(frame.id)\" name=\"\(frame.name)\" \(kind) value=\"\(typed)\"\(frame.described)>"
    }

    private static func typed(_ name: String, _ state: FormState) -> String {
        if case .object(let members) = state.values["extra"] { return members[name]?.typed ?? "" }
        return state.typed("extra.\(name)")
    }
}
