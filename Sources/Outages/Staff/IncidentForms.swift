import Desk
import Registry
import Values
import Web

/// The form of each step, with the choices that only this outage knows.
struct IncidentForms {
    let view: IncidentView
    let visit: Visit
    let directory: Directory

    func form(_ name: String, _ state: FormState) async throws -> HTML {
        var look = FormLook(hidden: ["incident": view.item.number, "seen": "\(view.version)"])
        switch name {
        case ArriveAtIncident.name:
            look.after = proof()
            return Forms.form(ArriveAtIncident.self, visit, state, look)
        case FindCause.name:
            look.choices = ["cause": choices("cause"), "equipment": choices("equipment")]
            return Forms.form(FindCause.self, visit, state, look)
        case EstimateRestoration.name: return Forms.form(EstimateRestoration.self, visit, state, look)
        case IsolateFault.name: return Forms.form(IsolateFault.self, visit, state, look)
        case RestoreSection.name:
            if !view.sections.isEmpty {
                look.choices["devices"] = view.sections.filter { $0.dark > 0 }.map {
                    FormChoice($0.device.text, $0.name, hint: visit.words("outages.section-dark", ["n": "\($0.dark)"]))
                }
            }
            return Forms.form(RestoreSection.self, visit, state, look)
        case RestoreAll.name:
            look.choices = ["cause": choices("cause"), "equipment": choices("equipment")]
            if let known = view.cause { look.initial["cause"] = known } else { look.required = ["cause"] }
            look.after = proof()
            return Forms.form(RestoreAll.self, visit, state, look)
        case TakePermitStep.name:
            look.hidden["step"] = view.permitNext.rawValue
            look.only = ["place"]
            look.before = """
                <p class="note"><b>\(visit.words["permit.\(view.permitNext.rawValue)"])</b> \
                \(visit.words["permit.\(view.permitNext.rawValue)-about"])</p>
                """
            return Forms.form(TakePermitStep.self, visit, state, look)
        case UseMaterial.name: return Forms.form(UseMaterial.self, visit, state, look)
        case LinkDamage.name: return Forms.form(LinkDamage.self, visit, state, look)
        case JoinIncidents.name:
            look.choices["into"] = try await others()
            if look.choices["into"]?.isEmpty == true {
                look.choices["into"] = nil
                look.before = "<p class=\"note\">\(visit.words["outages.join-none"])</p>"
            }
            return Forms.form(JoinIncidents.self, visit, state, look)
        case SplitIncident.name:
            if view.sections.count > 1 {
                look.choices["device"] = view.sections.filter { $0.dark > 0 }.map {
                    FormChoice($0.device.text, $0.name, hint: visit.words("outages.section-dark", ["n": "\($0.dark)"]))
                }
            }
            return Forms.form(SplitIncident.self, visit, state, look)
        case DeclineIncident.name: return Forms.form(DeclineIncident.self, visit, state, look)
        case ReopenIncident.name: return Forms.form(ReopenIncident.self, visit, state, look)
        case DismissIncident.name: return Forms.form(DismissIncident.self, visit, state, look)
        default: throw Problem.notFound
        }
    }

    private func choices(_ field: String) -> [FormChoice] {
        guard case .choice(let values)? = visit.desk.kinds.current(Incident.kind)?.field(field)?.form else { return [] }
        return values.map { FormChoice($0.value, $0.title.in(visit.language)) }
    }

    private func others() async throws -> [FormChoice] {
        let running = try await visit.desk.look(by: visit.actor, at: visit.now) { try $0.runningOutages(station: nil) }
        return running.items.filter { $0.number != view.item.number }.map { item in
            FormChoice(
                item.number, "\(item.number) · \(item.location)",
                hint: visit.words("outages.row.dark", ["n": "\(item.dark)", "reports": "\(item.reports)"]))
        }
    }

    /// Where the worker stands; without the phone's position the step is taken all the same.
    private func proof() -> HTML {
        """
        <div class="field"><p class="hint">\(visit.words["outages.proof"])</p>\
        <p><button type="button" class="button second" data-locate hidden>\(Icon.place) \(visit.words["outages.proof-locate"])</button></p></div>
        """
    }
}
