package import PowerRules
package import Values

extension Case {
    /// The one way from a state to another: guard by role, state, what is filled in and what must
    /// be true; then the change. Pure; limits and messages follow from the result.
    ///
    /// - Throws: `forbidden` (403) for a role that may not, `case-moved` (409) from another state,
    ///   a field complaint (422), or the guard's own problem.
    package func moved(
        _ name: String, of kind: Kind, by actor: Actor, _ fields: MoveFields, at now: Instant, calendar: WorkCalendar
    ) throws(Problem) -> Case {
        guard let move = kind.move(name) else { throw .notFound }
        let standing = Standing(of: actor, to: self, byReceipt: fields.byReceipt)
        guard !standing.movers.isDisjoint(with: move.who) else {
            throw actor.person == nil && !actor.isSystem && !fields.byReceipt ? .notSignedIn : .forbidden
        }
        if let seen = fields.seen, seen != version { throw caseMoved(kind) }
        guard move.from.contains(state) else { throw caseMoved(kind) }
        try checkNeeds(move, fields)
        for condition in move.guards { try check(condition, kind, actor, fields, now, calendar) }
        if move.effects.contains(.take) { try checkHands(kind, actor, fields) }

        var after = self
        switch move.to {
        case .same: break
        case .previous: after.state = stateBefore ?? kind.start
        case .state(let to):
            after.state = to
            if kind.state(to)?.waitsForCustomer == true { after.stateBefore = state }
        }
        for effect in move.effects { after.apply(effect, kind, actor, fields, now, calendar) }
        after.settle(kind, now)
        after.changedAt = now
        after.changedBy = actor.person
        after.version = version + 1
        return after
    }

    /// Somebody was faster: says the new state, so that the form can show it beside the person's
    /// own text.
    package func caseMoved(_ kind: Kind) -> Problem {
        let title = kind.stateTitle(state)
        return Problem(
            .conflict, "case-moved",
            ["state": state, "stateZh": title.zh, "stateEn": title.en, "by": changedBy?.text ?? "", "number": number.text])
    }

    /// Live work is taken in hand only by somebody whose certificate is valid on that day, whether it
    /// was given to them or lay open. Whoever sits at the station's desk writes down what others do.
    private func checkHands(_ kind: Kind, _ actor: Actor, _ fields: MoveFields) throws(Problem) {
        guard kind.needsCertificate, actor.has(.representative),
            !actor.has(.dispatcher, .stationHead, .company), fields.hands?.isCertified != true
        else { return }
        throw Problem(.forbidden, "not-certified", ["name": actor.name])
    }

    private func checkNeeds(_ move: KindMove, _ fields: MoveFields) throws(Problem) {
        var complaints: [Problem.Field] = []
        for need in move.needs {
            let isThere =
                switch need {
                case .note, .result, .reason: !(fields.note ?? "").isEmpty
                case .assignee: fields.assignee != nil
                case .satisfaction: fields.satisfaction != nil
                case .into: fields.into != nil
                case .unit: fields.unit != nil
                }
            if !isThere { complaints.append(.init(need.rawValue, "missing")) }
        }
        guard complaints.isEmpty else { throw .invalid(complaints) }
    }

    private func check(
        _ condition: MoveGuard, _ kind: Kind, _ actor: Actor, _ fields: MoveFields, _ now: Instant,
        _ calendar: WorkCalendar
    ) throws(Problem) {
        switch condition {
        case .certifiedAssignee:
            guard let worker = fields.assignee else { throw .invalid("assignee", "missing") }
            guard worker.county == county else { throw .invalid("assignee", "not-found") }
            // A liaison speaks, but never touches the line.
            guard !worker.roles.isDisjoint(with: Worker.workingRoles) else {
                throw .invalid("assignee", worker.roles.contains(.liaison) ? "liaison-never-assigned" : "not-a-worker")
            }
            if kind.needsCertificate, !worker.isCertified {
                throw .invalid("assignee", "not-certified", ["name": worker.name])
            }
        case .notOwnComplaint:
            let person = fields.assignee?.id ?? actor.person
            if let person, hiddenFrom.contains(person) { throw .invalid("assignee", "not-own-complaint") }
            if isConfidential, let worker = fields.assignee,
                worker.roles.isDisjoint(with: [.dispatcher, .stationHead, .company])
            {
                throw .invalid("assignee", "complaint-stays-above")
            }
        case .notTheCloser:
            if let person = actor.person, person == resolvedBy { throw Problem(.forbidden, "closer-cannot-rate") }
        case .withinReopening:
            guard let resolvedAt, now < calendar.due(start: resolvedAt, rule: FollowUp.reopening).moment else {
                throw Problem(.conflict, "reopening-over")
            }
        case .twoFailedCalls:
            guard FollowUp.closesUnconfirmed(failedCalls: fields.failedCalls) else {
                throw Problem(.conflict, "calls-missing")
            }
        case .otherIsOpen:
            guard let other = fields.into else { throw .invalid("into", "missing") }
            guard other.id != id else { throw .invalid("into", "same-case") }
            guard other.isOpen, other.county == county, other.isConfidential == isConfidential else {
                throw .invalid("into", "not-open")
            }
        case .ownDoor:
            guard fields.isByOwnDoor else { throw Problem(.conflict, "own-door") }
        }
    }

    private mutating func apply(
        _ effect: MoveEffect, _ kind: Kind, _ actor: Actor, _ fields: MoveFields, _ now: Instant,
        _ calendar: WorkCalendar
    ) {
        switch effect {
        case .take:
            // Only those who do work take it over; a company clerk who accepts leaves it to the station.
            if assignee == nil, actor.has(.representative, .dispatcher, .stationHead) { assignee = actor.person }
        case .assign: assignee = fields.assignee?.id ?? assignee
        case .markResolved:
            resolvedAt = now
            resolvedBy = actor.person
            followUpAt = calendar.due(start: now, rule: FollowUp.silence).moment
        case .rate:
            satisfaction = fields.satisfaction
            outcome = "confirmed"
        case .markReopened:
            reopened += 1
            // Reopened counts against "in time", whatever the clock says.
            inLimit = false
            satisfaction = nil
            outcome = nil
            followUpAt = nil
        case .join:
            mergedInto = fields.into?.id
            outcome = "merged"
        case .handToUnit:
            guard let unit = fields.unit else { return }
            station = unit.station
            reach = unit.reach
            assignee = nil
            if let village = unit.village {
                self.village = village
                villageName = unit.villageName
            }
        case .markUnconfirmed: outcome = "unconfirmed"
        case .recordCall:
            // Tried again on the next working day at nine.
            followUpAt = calendar.workday(1, after: now.day).start.adding(hours: 9)
        case .tellCustomer, .tellAssignee: break
        }
    }

    private mutating func settle(_ kind: Kind, _ now: Instant) {
        isOpen = kind.state(state)?.isOpen ?? true
        if isOpen {
            closedAt = nil
        } else if closedAt == nil {
            closedAt = now
            if outcome == nil { outcome = state }
        }
        if !isOpen { followUpAt = nil }
    }

    /// The moves that this person may make now.
    package func moves(for actor: Actor, of kind: Kind, byReceipt: Bool, at now: Instant, calendar: WorkCalendar) -> [KindMove] {
        let standing = Standing(of: actor, to: self, byReceipt: byReceipt)
        return kind.moves.filter { move in
            guard !move.isHidden, move.from.contains(state), !standing.movers.isDisjoint(with: move.who) else {
                return false
            }
            for condition in move.guards {
                switch condition {
                case .notTheCloser: if actor.person != nil, actor.person == resolvedBy { return false }
                case .withinReopening:
                    guard let resolvedAt, now < calendar.due(start: resolvedAt, rule: FollowUp.reopening).moment
                    else { return false }
                case .notOwnComplaint: if let person = actor.person, hiddenFrom.contains(person) { return false }
                case .ownDoor: return false
                default: break
                }
            }
            return true
        }
    }
}
