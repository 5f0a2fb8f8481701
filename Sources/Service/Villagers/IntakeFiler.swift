import Desk
import Values
import Web

/// Who files decides what the last step asks: villagers for themselves, the attendant with proof
/// of consent, the liaison "for whom, and they agreed", the others who take a call.
struct IntakeFiler {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    var look: FormLook {
        let actor = visit.actor
        switch actor.mainRole {
        case .attendant:
            return FormLook(
                only: ["name", "phone", "account", "consent"],
                hidden: ["forWhom": "1", "agreed": "1", "channel": Channel.counter.rawValue], required: ["consent"], labels: labels)
        case .liaison:
            return FormLook(
                only: ["name", "phone", "account", "agreed"],
                hidden: ["forWhom": "1", "channel": Channel.liaison.rawValue], labels: labels)
        case .representative, .dispatcher, .stationHead, .company, .township:
            let channels: [Channel] = [.phone, .visit, .counter]
            return FormLook(
                only: ["name", "phone", "account", "channel"], hidden: ["forWhom": "1", "agreed": "1"],
                choices: [
                    "channel": channels.map { FormChoice($0.rawValue, visit.words["channel.\($0.rawValue)"]) }
                ],
                initial: ["channel": Channel.phone.rawValue], labels: labels)
        case .customer:
            return FormLook(only: ["name", "phone"], initial: ["name": actor.name], required: ["phone"])
        default:
            return FormLook(only: ["name", "phone"], required: ["phone"])
        }
    }

    /// "Your name" is not what a filer is asked.
    private var labels: [String: String] {
        ["name": visit.words["villagers.intake.their-name"], "phone": visit.words["villagers.intake.their-phone"]]
    }
}
