import Desk
import Values

/// Cases that are placed a little before now, so that they stand in a certain state.
extension DemoTeller {
    /// Placed backwards from now, so that the case has just come to `state`.
    mutating func tell(upTo state: String, target: String?) {
        let moves = Self.path(to: state, isOutside: isOutside)
        var at = back(maker.now, idleMinutes(in: state))
        var moments: [Instant] = []
        for move in moves.reversed() {
            moments.append(at)
            at = back(at, minutesBefore(move))
        }
        t = at
        add(.report)
        for (move, moment) in zip(moves, moments.reversed()) {
            t = moment
            play(move, target)
        }
    }

    private static func path(to state: String, isOutside: Bool) -> [String] {
        let onSite = isOutside ? ["arrive"] : []
        switch state {
        case "submitted": return []
        case "accepted": return ["accept"]
        case "dispatched": return ["accept", "dispatch"]
        case "in-progress": return ["accept", "dispatch", "start"]
        case "on-site": return ["accept", "dispatch", "start", "arrive"]
        case "returned": return ["accept", "dispatch", "start", "ask"]
        case "resolved": return ["accept", "dispatch", "start"] + onSite + ["resolve"]
        case "confirmed": return ["accept", "dispatch", "start"] + onSite + ["resolve", "confirm"]
        case "reopened": return ["accept", "dispatch", "start"] + onSite + ["resolve", "reopen"]
        case "referred": return ["accept", "refer"]
        case "merged": return ["merge"]
        default: return ["withdraw"]
        }
    }

    /// Minutes that pass in the state before now.
    private mutating func idleMinutes(in state: String) -> Int {
        let spread = dice.number(in: 0...5)
        // Three have been left lying beyond their five working days.
        if state == "dispatched", ["payment", "usage", "other"].contains(line.kind) { return 3_800 + spread * 60 }
        switch state {
        case "submitted": return isOutside ? 3 + spread / 2 : 12 + spread * 7
        case "accepted", "dispatched": return isOutside ? 4 + spread / 2 : 40 + spread * 10
        case "in-progress", "on-site": return isOutside ? 12 + spread : 150 + spread * 40
        case "returned", "referred": return isOutside ? 45 + spread * 5 : 240 + spread * 30
        // Younger than the case that it is merged into.
        case "merged": return isOutside ? 4 + spread : 40 + spread * 10
        case "resolved": return isOutside ? 240 + spread * 60 : 200 + spread * 60
        default: return isOutside ? 40 + spread * 10 : 60 + spread * 30
        }
    }

    /// Minutes between the move before and this one.
    private mutating func minutesBefore(_ move: String) -> Int {
        let spread = dice.number(in: 0...5)
        switch move {
        case "accept": return isOutside ? 2 + spread : 20 + spread * 8
        case "dispatch": return isOutside ? 2 + spread / 2 : 15 + spread * 5
        case "start": return isOutside ? 3 + spread : 60 + spread * 20
        case "arrive": return 25 + spread * 3
        case "ask": return isOutside ? 6 + spread : 45 + spread * 10
        case "resolve": return isOutside ? 60 + spread * 15 : 300 + spread * 60
        case "confirm", "reopen": return isOutside ? 600 + spread * 30 : 400 + spread * 60
        default: return isOutside ? 4 + spread : 30 + spread * 10
        }
    }

    private func back(_ moment: Instant, _ minutes: Int) -> Instant {
        if isOutside { return moment.adding(minutes: Int64(-minutes)) }
        return (staysAbove ? maker.frontDesk : maker.office).earlier(moment, minutes: minutes)
    }

    private mutating func play(_ move: String, _ target: String?) {
        switch move {
        case "accept": add(.accept, by: .staff(staysAbove ? head : dispatcher))
        case "dispatch": add(.dispatch(to: worker(at: t)), by: .staff(dispatcher))
        case "start": add(.start, by: .staff(worker(at: t)))
        case "arrive": add(.arrive, by: .staff(worker(at: t)))
        case "ask": add(.ask(text("ask")), by: .staff(worker(at: t)))
        case "resolve": add(.resolve(text("done")), by: .staff(worker(at: t)))
        case "confirm": add(.confirm(satisfaction: satisfaction(), text("confirm")), by: .customer)
        case "reopen": add(.reopen(text("reopen")), by: .customer)
        case "refer": refer()
        case "merge":
            guard let target else { return }
            add(.merge(into: target), by: .staff(staysAbove ? head : dispatcher))
            isMerged = true
        default: add(.withdraw(text("withdraw")), by: .customer)
        }
    }
}
