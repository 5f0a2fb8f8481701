import Desk
import Registry
import Service
import Storage
import Values

/// A case of the demo as it was filed.
struct DemoFiled: Sendable {
    let number: String
    let receipt: String
}

/// Plays the stories through the actions that people use. Cases that have nothing to do with each
/// other are played side by side, each in its own order of time, so that their writes share
/// commits; what time does to a case (limits, escalations) is done at its own moments in between,
/// as the worker would have done it.
struct DemoReplay: Sendable {
    let desk: Desk
    let files: DemoFiles
    let county: DemoCounty
    let stories: [DemoStory]
    let now: Instant
    /// Pictures that people add.
    let photos: [Upload]
    private let actors: DemoActors

    static let sideBySide = 32
    static let photoCount = 12

    init(desk: Desk, files: DemoFiles, county: DemoCounty, stories: [DemoStory], photos: [Upload], now: Instant) {
        self.desk = desk
        self.files = files
        self.county = county
        self.stories = stories
        self.photos = photos
        self.now = now
        self.actors = DemoActors(desk: desk, county: county)
    }

    /// - Returns: the cases by the line's source.
    func run(_ progress: @Sendable (Double) -> Void) async throws -> [String: DemoFiled] {
        let strands = self.strands()
        return try await withThrowingTaskGroup(of: [String: DemoFiled].self) { group in
            var filed: [String: DemoFiled] = [:]
            filed.reserveCapacity(stories.count)
            func take() async throws {
                guard let more = try await group.next() else { return }
                filed.merge(more) { _, new in new }
                if filed.count % 20 == 0 { progress(Double(filed.count) / Double(max(1, stories.count))) }
            }
            for (number, strand) in strands.enumerated() {
                if number >= Self.sideBySide { try await take() }
                group.addTask { try await play(strand) }
            }
            for _ in 0..<min(strands.count, Self.sideBySide) { try await take() }
            progress(1)
            return filed
        }
    }

    // MARK: Order

    private struct Turn: Sendable {
        let story: Int
        let step: DemoStep
    }

    /// Steps of cases that hang together by a merge, in order of time; all others alone. The
    /// strands begin in the order of their first report.
    private func strands() -> [[Turn]] {
        let bySource = Dictionary(uniqueKeysWithValues: stories.enumerated().map { ($1.line.source, $0) })
        var strand = Array(stories.indices)
        for (number, story) in stories.enumerated() {
            for step in story.steps {
                guard case .merge(let source) = step.move, let other = bySource[source] else { continue }
                let (from, to) = (strand[number], strand[other])
                for index in strand.indices where strand[index] == from { strand[index] = to }
            }
        }
        var turns: [Int: [Turn]] = [:]
        for (number, story) in stories.enumerated() {
            turns[strand[number], default: []] += story.steps.map { Turn(story: number, step: $0) }
        }
        return turns.values
            .map { $0.sorted { ($0.step.at, $0.story) < ($1.step.at, $1.story) } }
            .filter { !$0.isEmpty }
            .sorted { ($0[0].step.at, $0[0].story) < ($1[0].step.at, $1[0].story) }
    }

    private func play(_ turns: [Turn]) async throws -> [String: DemoFiled] {
        var filed: [String: DemoFiled] = [:]
        for turn in turns {
            let story = stories[turn.story]
            do {
                for other in filed.values { try await passTime(other, to: turn.step.at) }
                if let made = try await play(turn.step, story, filed) { filed[story.line.source] = made }
            } catch {
                throw DemoTrouble(source: story.line.source, step: "\(turn.step)", cause: "\(error)")
            }
        }
        for made in filed.values { try await passTime(made, to: now) }
        return filed
    }

    /// What the worker does with this case until `moment`.
    private func passTime(_ filed: DemoFiled, to moment: Instant) async throws {
        var last = Instant(milliseconds: 0)
        while let check = try await desk.database.read({ try $0.nextDemoCheck(filed.number) }), check <= moment,
            check > last
        {
            guard try await RequestSweep.check(desk, number: filed.number, at: check) else { return }
            last = check
        }
    }

    // MARK: One step

    private func play(
        _ step: DemoStep, _ story: DemoStory, _ filed: [String: DemoFiled]
    ) async throws -> DemoFiled? {
        if case .report = step.move { return try await report(story, at: step.at) }
        guard let made = filed[story.line.source] else { throw Problem.notFound }
        var fields: RawInputs = ["case": .text(made.number)]
        let actor: Actor
        switch step.by {
        case .staff(let key): actor = try await actors.staff(key, at: step.at)
        case .customer:
            if let customer = signedIn(story) {
                actor = try await actors.customer(customer, at: step.at)
            } else {
                actor = .stranger(address: "demo/\(story.line.source)")
                fields["secret"] = .text(made.receipt)
            }
        case .stranger: actor = .stranger(address: "demo/\(story.line.source)/follower")
        }
        try await play(step, fields, actor, filed)
        return nil
    }

    private func play(
        _ step: DemoStep, _ given: RawInputs, _ actor: Actor, _ filed: [String: DemoFiled]
    ) async throws {
        var fields = given
        switch step.move {
        case .report: break
        case .accept: try await perform(AcceptCase.self, fields, actor, step.at)
        case .dispatch(let key):
            fields["assignee"] = .text(county.person(key).text)
            try await perform(DispatchCase.self, fields, actor, step.at)
        case .start: try await perform(StartCase.self, fields, actor, step.at)
        case .arrive: try await perform(ArriveAtCase.self, fields, actor, step.at)
        case .ask(let note):
            fields["note"] = .text(note)
            try await perform(ReturnCase.self, fields, actor, step.at)
        case .answer(let note):
            fields["note"] = .text(note)
            try await perform(AnswerCase.self, fields, actor, step.at)
        case .resolve(let result):
            fields["result"] = .text(result)
            if let photo = photo(result + "\(step.at.milliseconds)", perMille: 160) {
                fields["photos"] = .uploads([photo])
            }
            try await perform(ResolveCase.self, fields, actor, step.at)
        case .confirm(let satisfaction, let note):
            fields["satisfaction"] = .text("\(satisfaction)")
            if let note { fields["note"] = .text(note) }
            try await perform(ConfirmCase.self, fields, actor, step.at)
        case .call(let reached, let solved, let satisfaction, let note):
            fields["reached"] = .bool(reached)
            fields["solved"] = .bool(solved)
            if let satisfaction { fields["satisfaction"] = .text("\(satisfaction)") }
            fields["note"] = .text(note)
            try await perform(FollowUpCase.self, fields, actor, step.at)
        case .reopen(let reason):
            fields["reason"] = .text(reason)
            try await perform(ReopenCase.self, fields, actor, step.at)
        case .merge(let source):
            guard let other = filed[source] else { throw Problem.notFound }
            fields["into"] = .text(other.number)
            try await perform(MergeCase.self, fields, actor, step.at)
        case .withdraw(let reason):
            fields["reason"] = .text(reason)
            try await perform(WithdrawCase.self, fields, actor, step.at)
        case .refer(let path, let note):
            fields["unit"] = .text(county.units[path]!.text)
            fields["note"] = .text(note)
            try await perform(ReferCase.self, fields, actor, step.at)
        case .note(let note, let shown):
            fields["note"] = .text(note)
            fields["shown"] = .bool(shown)
            try await perform(NoteOnCase.self, fields, actor, step.at)
        case .close:
            do {
                try await perform(CloseCase.self, fields, actor, step.at)
            } catch let problem as Problem where problem.code == "case-moved" {
                // After a long holiday the time for reopening was over, and the worker closed it.
            }
        case .follow(let name, let phone):
            fields["name"] = .text(name)
            fields["phone"] = .text(phone.digits)
            try await perform(FollowCase.self, fields, actor, step.at)
        }
    }

    private func perform<A: Action>(
        _ type: A.Type, _ fields: RawInputs, _ actor: Actor, _ at: Instant
    ) async throws {
        _ = try await desk.perform(type, fields, by: actor, at: at)
    }

    /// Who files by the web with an account is signed in.
    private func signedIn(_ story: DemoStory) -> Int? {
        guard story.line.channel == "web", let customer = story.customer,
            county.plan.customers[customer].phone != nil
        else { return nil }
        return customer
    }

    private func photo(_ name: String, perMille: Int) -> Upload? {
        var dice = DemoDice("photo/\(name)")
        guard !photos.isEmpty, dice.happens(perMille: perMille) else { return nil }
        return dice.pick(photos)
    }

    private func report(_ story: DemoStory, at moment: Instant) async throws -> DemoFiled {
        let line = story.line
        var fields: RawInputs = [
            "kind": .text(line.kind), "village": .text(story.village), "what": .text(line.what),
            "name": .text(line.reporter),
        ]
        if let phone = story.phone { fields["phone"] = .text(phone.digits) }
        if let place = line.place {
            fields["latitude"] = .text("\(place.latitude)")
            fields["longitude"] = .text("\(place.longitude)")
        }
        if let customer = story.customer { fields["account"] = .text(county.plan.customers[customer].account) }
        let extra = files.extra(line)
        if !extra.isEmpty { fields["extra"] = .object(extra.mapValues { .string($0) }) }
        let share = line.kind == "hazard" ? 420 : line.kind == "repair" ? 130 : 0
        if let photo = photo(line.source, perMille: share) { fields["photos"] = .uploads([photo]) }
        if line.isAboutRepresentative { fields["about"] = .text("representative") }
        let slug = story.village.split(separator: "/").last.map(String.init) ?? ""
        let township = story.village.split(separator: "/").dropLast().last.map(String.init) ?? ""
        let actor: Actor
        switch line.channel {
        case "counter":
            actor = try await actors.staff("attendant/\(slug)", at: moment)
            fields["forWhom"] = .bool(true)
            fields["agreed"] = .bool(true)
            fields["consent"] = .text("本人在柜台当面同意")
        case "village_agent":
            actor = try await actors.staff("liaison/\(slug)", at: moment)
            fields["forWhom"] = .bool(true)
            fields["agreed"] = .bool(true)
        case "phone":
            actor = try await actors.staff("dispatcher/\(township)/1", at: moment)
            fields["forWhom"] = .bool(true)
            fields["agreed"] = .bool(true)
            fields["channel"] = .text(Channel.phone.rawValue)
        case "wechat":
            actor = .system(county: county.path)
            fields["channel"] = .text(Channel.wechat.rawValue)
        default:
            if let customer = signedIn(story) {
                actor = try await actors.customer(customer, at: moment)
            } else {
                actor = .stranger(address: "demo/\(line.source)")
            }
        }
        let receipt = try await desk.perform(ReportNeed.self, fields, by: actor, at: moment).output
        return DemoFiled(number: receipt.number, receipt: receipt.receipt)
    }
}

/// A step that the actions refused: a mistake in the demo's own stories.
struct DemoTrouble: Error, CustomStringConvertible {
    let source: String
    let step: String
    let cause: String
    var description: String { "\(source): \(step): \(cause)" }
}
