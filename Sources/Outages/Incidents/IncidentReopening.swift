package import Desk
package import Service
import Storage
package import Values

/// An outage and its case are one: whatever door the case was opened again through, the outage runs again.
package struct OutageCases: CaseGuest {
    package init() {}

    package func moved(_ move: String, from before: Case, to after: Case, _ work: Work) throws {
        if move == "reopen" { try work.reopen(after) }
    }
}

/// It was said that the light was back, and it is not.
package struct ReopenIncident: IncidentAction {
    package static let name = "reopen-incident"
    package static let door = Door.post("/incidents/:incident/reopen")
    package static let who: Who = .roles(.attendant, .liaison, .dispatcher, .stationHead, .company)
    @Input package var incident: Code
    @Input(.hidden) package var seen: Int?
    @Input(.length(1...RequestLimits.noteMax), .lines) package var reason: String
    package init() {}

    package func perform(_ work: Work) throws -> IncidentState {
        let (found, about) = try work.visibleIncident(incident, seen)
        let moved = try work.moveIncident(about, "reopen", note: reason, seen: seen)
        guard let now = try work.tx.incident(found.id) else { throw Problem.notFound }
        return work.state(now, moved)
    }
}

extension Work {
    /// What was given back last is dark again, from this moment on: what was written of the time before
    /// stays in the figures. Homes that are dark in another outage by now stay there.
    fileprivate func reopen(_ about: Case) throws {
        guard var incident = try tx.incident(about.id), !incident.isOpen, let last = incident.restoredAt else { return }
        let back = try tx.restoredRanges(of: incident.id).filter { $0.at == last }
        var isDark = back.isEmpty
        for range in back {
            let elsewhere = try tx.dark(of: range.dark.feeder, besides: incident.id)
            let again = without([range.dark.positions], elsewhere)
            guard !again.isEmpty else { continue }
            isDark = true
            try tx.drop(range.dark.id)
            for part in again { try tx.insertDark(newID(), incident.id, range.dark.feeder, part, at: now) }
            for part in without([range.dark.positions], again) {
                try tx.insertRestored(
                    newID(), incident.id, range.dark.feeder, part, dark: range.dark.darkAt, restored: range.at, step: range.step)
            }
        }
        guard isDark else { throw Problem(.conflict, "dark-elsewhere") }
        incident.isOpen = true
        incident.restoredAt = nil
        incident.reopenedAt = now
        incident.eta = nil
        incident.isFixed = true
        incident.isAlarmed = false
        try recount(&incident)
        try tx.save(incident)
        try tx.openAgain(incident.id, alarmAt: now.adding(minutes: IncidentRules.alarmMinutes))
        try visitLifeSupport(of: incident)
        try record(
            EventDraft(
                "incident.reopened", of: "case", incident.number.text, ["dark": "\(incident.dark)"], county: incident.county))
    }
}
