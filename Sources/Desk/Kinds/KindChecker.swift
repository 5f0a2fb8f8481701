extension Kind {
    /// What keeps this kind from going live: states that cannot be reached or left, names that do
    /// not exist, limits that never start or stop.
    package func problems() -> [KindProblem] {
        checkNames() + checkReach() + checkLimits()
    }

    /// The states to which a move may lead, from each state that it may leave.
    private func steps(_ move: KindMove) -> [(from: String, to: String)] {
        switch move.to {
        case .same: return []
        case .state(let to): return move.from.map { ($0, to) }
        case .previous:
            // Back to wherever somebody was when this state was entered.
            let before = Set(
                moves.filter { other in
                    if case .state(let to) = other.to { move.from.contains(to) } else { false }
                }.flatMap(\.from))
            return move.from.flatMap { from in before.sorted().map { (from, $0) } }
        }
    }

    private func checkNames() -> [KindProblem] {
        let known = Set(states.map(\.name))
        let moveNames = Set(moves.map(\.name))
        var found: [KindProblem] = []
        if !known.contains(start) { found.append(KindProblem(.unknownState, at: "start", start)) }
        for move in moves {
            for state in move.from where !known.contains(state) {
                found.append(KindProblem(.unknownState, at: "moves.\(move.name).from", state))
            }
            if case .state(let to) = move.to, !known.contains(to) {
                found.append(KindProblem(.unknownState, at: "moves.\(move.name).to", to))
            }
            if move.from.isEmpty { found.append(KindProblem(.missing, at: "moves.\(move.name).from")) }
        }
        for limit in limits {
            for state in limit.pauses where !known.contains(state) {
                found.append(KindProblem(.unknownState, at: "limits.\(limit.name).pauses", state))
            }
            for move in limit.starts where move != KindLimit.opened && !moveNames.contains(move) {
                found.append(KindProblem(.unknownMove, at: "limits.\(limit.name).starts", move))
            }
            for move in limit.stops where !moveNames.contains(move) {
                found.append(KindProblem(.unknownMove, at: "limits.\(limit.name).stops", move))
            }
        }
        return found
    }

    private func checkReach() -> [KindProblem] {
        let edges = moves.flatMap(steps)
        let reached = closure(of: [start], edges.map { ($0.from, $0.to) })
        // Backwards from the ends: a state from which no end can be reached holds cases for ever.
        let ends = states.filter { !$0.isOpen }.map(\.name)
        let ending = closure(of: ends, edges.map { ($0.to, $0.from) })
        var found: [KindProblem] = []
        for state in states {
            if !reached.contains(state.name) {
                found.append(KindProblem(.unreachableState, at: "states.\(state.name)"))
            }
            if state.isOpen, !ending.contains(state.name) {
                found.append(KindProblem(.deadEnd, at: "states.\(state.name)"))
            }
        }
        return found
    }

    private func checkLimits() -> [KindProblem] {
        limits.flatMap { limit -> [KindProblem] in
            var found: [KindProblem] = []
            if limit.starts.isEmpty { found.append(KindProblem(.limitNeverStarts, at: "limits.\(limit.name)")) }
            if limit.stops.isEmpty { found.append(KindProblem(.limitNeverStops, at: "limits.\(limit.name)")) }
            if let only = limit.only, only.field != KindLimit.Condition.danger {
                guard case .choice(let choices)? = field(only.field)?.form else {
                    return found + [KindProblem(.unknownField, at: "limits.\(limit.name).only", only.field)]
                }
                for value in only.values where !choices.contains(where: { $0.value == value }) {
                    found.append(KindProblem(.unknownField, at: "limits.\(limit.name).only", value))
                }
            }
            return found
        }
    }

    private func closure(of starts: [String], _ edges: [(String, String)]) -> Set<String> {
        var seen = Set(starts)
        var waiting = starts
        while let state = waiting.popLast() {
            for (from, to) in edges where from == state && seen.insert(to).inserted { waiting.append(to) }
        }
        return seen
    }
}
