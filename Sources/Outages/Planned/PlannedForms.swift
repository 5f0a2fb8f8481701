import Desk
import Grid
import Service
import Values
import Web

/// The steps of a planned outage as forms on its page, and the form that asks for one.
struct PlannedForms: Sendable {
    let stylesheet: HTML

    /// `/planned/ask`
    func ask(_ visit: Visit, _ state: FormState) async throws -> Page {
        let words = visit.words
        let roles: Set<Role> = [.representative, .dispatcher, .stationHead, .company]
        let county = visit.actor.county
        let feeders = try await visit.desk.look(by: visit.actor) { work in
            try work.tx.feeders(county: county).filter { feeder in
                guard feeder.version != nil else { return false }
                return (try? work.feeder(feeder.id, seenBy: roles)) != nil
            }
        }
        guard !feeders.isEmpty else {
            return Page(
                words["action.ask-planned-outage.title"], back: "/planned",
                body: stylesheet + OutageHTML.empty(words["planned.no-feeder"]))
        }
        let quiet = try await visit.desk.look(by: visit.actor) { try $0.tx.quietDays(county: county, from: $0.now.day) }
        let days: [HTML] = quiet.prefix(5).map {
            "<li>\($0.title.in(visit.language)): \(words.relativeDay($0.first, today: visit.now.day)) – \(words.relativeDay($0.last, today: visit.now.day))</li>"
        }
        var look = FormLook(
            except: visit.actor.has(.company) ? [] : ["waiver"],
            choices: [
                "feeder": feeders.map {
                    FormChoice($0.id.text, "\($0.name) (\($0.code))", hint: words("planned.customers", ["n": "\($0.customers)"]))
                }
            ])
        if feeders.count == 1 { look.initial["feeder"] = feeders[0].id.text }
        return Page(
            words["action.ask-planned-outage.title"], back: "/planned",
            body: """
                \(stylesheet)<p class="lead">\(words["planned.ask-lead"])</p>
                \(days.isEmpty ? nil : "<div class=\"note\"><p>\(words["planned.ask-quiet"])</p><ul>\(days)</ul></div>" as HTML)
                \(Forms.form(AskPlannedOutage.self, visit, state, look))
                """)
    }

    /// What this person may do with it now.
    static func next(_ view: PlannedView, _ visit: Visit, _ state: FormState) -> HTML {
        let words = visit.words
        let isCompany = visit.actor.has(.company)
        func form<A: Action>(_ type: A.Type, _ look: FormLook) -> HTML {
            guard A.who.admits(visit.actor), !visit.actor.isOnlyAuditor else { return .empty }
            var look = look
            look.hidden["outage"] = view.number
            look.hidden["seen"] = "\(view.version)"
            let title = words["action.\(A.name).title"]
            // What is rarely done is folded away, unless it was just tried.
            if look.isSecondary, state.action != A.name {
                return "<details><summary>\(title)</summary>\(Forms.form(A.self, visit, state, look))</details>"
            }
            return OutageHTML.section(title, id: A.name, Forms.form(A.self, visit, state, look))
        }
        let only: Set<String> = isCompany ? [] : ["waiver"]
        // While it runs, only its end and whom to ask may change.
        let fixed: Set<String> = view.state == .running ? ["devices", "whole", "work"] : []
        let now = [
            "start": local(view.start), "end": local(view.end), "work": view.work, "contact": view.contact,
            "phone": view.phone, "devices": view.staff?.devices.joined(separator: "\n") ?? "",
        ]
        let change = form(ChangePlannedOutage.self, FormLook(except: only.union(fixed), initial: now, isSecondary: true))
        switch view.state {
        case .asked:
            let isLarge = view.customers > PlannedLimits.headDecidesUpTo
            let decide =
                isLarge && !isCompany
                ? "<p class=\"note\">\(words("planned.company-decides", ["n": "\(PlannedLimits.headDecidesUpTo)"]))</p>"
                : form(ApprovePlannedOutage.self, FormLook(except: only))
                    + form(RefusePlannedOutage.self, FormLook(isSecondary: true))
            return decide + change + form(CancelPlannedOutage.self, FormLook(isSecondary: true))
        case .approved:
            return form(StartPlannedOutage.self, FormLook(only: [])) + change
                + form(CancelPlannedOutage.self, FormLook(isSecondary: true))
        case .running: return form(RestorePlannedOutage.self, FormLook()) + change
        default: return .empty
        }
    }

    /// As a field for a moment wants it.
    private static func local(_ moment: Instant) -> String { String(moment.iso.prefix(16)) }
}
