package import Desk
import Foundation
import Grid
import Registry
import Service
package import Storage
import Values

/// The demo county: made up, of the size of a quarter of a real one, with a year of cases.
package enum Demo {
    /// What was made, for the closing line and for tests.
    package struct Made: Sendable {
        package let signIns: [DemoSignIn]
        package let townships: Int
        package let villages: Int
        package let customers: Int
        /// Number of the case by the source line's id (`RP0001`).
        package let cases: [String: String]
        /// Secret receipt code by the source line's id.
        package let receipts: [String: String]
    }

    /// A part of the demo for tests on a slow engine.
    package struct Share: Sendable {
        /// Only lines whose number is a multiple of this are replayed, and all that have a state.
        package let everyNth: Int
        package static let all = Share(everyNth: 1)
        package init(everyNth: Int) {
            self.everyNth = everyNth
        }
    }

    /// Makes the county in an empty, migrated database and replays its year.
    ///
    /// - Parameters:
    ///   - empty: the county without cases.
    ///   - progress: what is being done, in words, and how far it is, 0...1.
    /// - Throws: `Problem` `demo-not-empty` (409) when the database holds units already, and
    ///   `demo-unfinished` (409) when an earlier try was interrupted.
    @discardableResult
    package static func make(
        _ desk: Desk, empty isEmpty: Bool = false, share: Share = .all,
        progress: @escaping @Sendable (String, Double) -> Void = { _, _ in }
    ) async throws -> Made {
        let now = desk.clock.now
        if try await isUnfinished(desk.database) { throw Problem(.conflict, "demo-unfinished") }
        if try await desk.database.read({ try $0.hasUnits() }) { throw Problem(.conflict, "demo-not-empty") }
        try await desk.database.write { try $0.set("demo-unfinished", "1") }
        let words = desk.locales.words(.english)
        let files = try DemoFiles(
            demo: Resources.folder("Data/demo"),
            requests: Resources.folder("Data/requests").appending(path: "requests.csv"))
        let plan = DemoCountyPlan(files)
        let maker = DemoStoryMaker(
            files: files, plan: plan, office: .office(desk.calendar), frontDesk: .desk(desk.calendar),
            leaves: DemoLeave.all(today: now.day), now: now)
        let stories = share.of(maker.stories())
        let first = stories.compactMap { $0.steps.first?.at }.min() ?? now
        let begin = min(first, now).adding(days: -45).day.start.adding(hours: 9)

        progress(words["demo.progress.county"], 0)
        let county = try await DemoCountyLoader(desk: desk, files: files, plan: plan, begin: begin, now: now)
            .load { _, part in progress(words["demo.progress.county"], part) }
        try await DemoNetwork(desk: desk, files: files, county: county).load {
            progress(words["demo.progress.network"], $0)
        }
        let signIns = DemoSignIn.all(plan)
        let people = DemoSignIn.people(county)
        let json = String(decoding: try AnswerCoding.encode(signIns), as: UTF8.self)
        try await desk.database.write { tx in
            try tx.set("demo", "1")
            try tx.set("demo-sign-ins", json)
            for (role, person) in people { try tx.set("demo.\(role.rawValue)", person.text) }
        }

        var filed: [String: DemoFiled] = [:]
        if !isEmpty {
            let replay = DemoReplay(
                desk: desk, files: files, county: county, stories: stories, photos: try await photos(desk), now: now)
            filed = try await replay.run { progress(words["demo.progress.cases"], $0) }
            try await DemoOutages(desk: desk, grid: GridModel(), county: county.path, now: now).run {
                progress(words["demo.progress.outages"], $0)
            }
            try await DemoPlanned(desk: desk, county: county, now: now).run {
                progress(words["demo.progress.planned"], $0)
            }
            try await DemoClaims(desk: desk, county: county, now: now).run {
                progress(words["demo.progress.claims"], $0)
            }
            try await DemoEvening(desk: desk, county: county, now: now).run {
                progress(words["demo.progress.messages"], $0)
            }
        }
        try await seal(desk) { progress(words["demo.progress.seals"], $0) }
        try await desk.database.write { try $0.set("demo-unfinished", "0") }
        return Made(
            signIns: signIns, townships: files.townships.count, villages: files.villages.count,
            customers: plan.customers.count, cases: filed.mapValues(\.number), receipts: filed.mapValues(\.receipt))
    }

    /// Whether somebody stopped the program while it made the county: what stands there is half a
    /// demo, and its database is to be removed.
    package static func isUnfinished(_ database: Database) async throws -> Bool {
        try await database.read { try $0.setting("demo-unfinished") } == "1"
    }

    private static func photos(_ desk: Desk) async throws -> [Upload] {
        var list: [Upload] = []
        for index in 0..<DemoReplay.photoCount {
            let blob = try await desk.database.blobs.store(DemoPicture.scene(index))
            list.append(Upload(hash: blob.hash, bytes: blob.size, type: "image/png"))
        }
        return list
    }

    private static func seal(_ desk: Desk, _ progress: @Sendable (Double) -> Void) async throws {
        let waiting = try await desk.database.read { try $0.unsealedCount() }
        var sealed = 0
        while true {
            let count = try await desk.sealEvents(holder: "demo", limit: 800)
            if count == 0 { break }
            sealed += count
            progress(Double(sealed) / Double(max(1, waiting)))
        }
    }
}

extension Demo.Share {
    /// A case that would be merged into one that is left out is left out too.
    func of(_ stories: [DemoStory]) -> [DemoStory] {
        let held = stories.filter { holds($0.line) }
        let sources = Set(held.map(\.line.source))
        return held.filter { story in
            story.steps.allSatisfy { step in
                if case .merge(let target) = step.move { sources.contains(target) } else { true }
            }
        }
    }

    private func holds(_ line: DemoFiles.RequestLine) -> Bool {
        if line.state != nil || everyNth <= 1 { return true }
        return (Int(line.source.dropFirst(2)) ?? 0) % everyNth == 0
    }
}
