import Desk
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
@testable import Web

@Suite struct LiveTests {
    @Test func aChangeInTheVillageIsToldToThoseWhoWatchItUntilTheServerStops() async throws {
        let site: @Sendable (Site) -> Void = { site in
            WebVillage.usual(site)
            site.live("/live/work", who: .signedIn) { visit in
                let reach = visit.actor.grants.map(\.reach)
                return { topic in reach.contains { reaches(topic, from: $0) } }
            }
        }
        try await WebVillage.open(register: site) { village in
            async let stream = village.client.execute(
                uri: "/live/work", method: .get, headers: [.authorization: "", .cookie: "cunwang=zhao-the-dispatcher"])
            while village.desk.live.count == 0 { await Task.yield() }
            village.desk.live.announce("henan/yanling/mafang/bugang")
            village.desk.live.announce("henan/fugou")
            village.desk.live.finish()

            let answer = try await stream
            #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
            #expect(answer.text.contains("event: changed\ndata: henan/yanling/mafang/bugang\n\n"))
            #expect(!answer.text.contains("fugou"))
        }
    }

    @Test func ofManyChangesTheLastIsNeverLeftOut() async throws {
        let site: @Sendable (Site) -> Void = { site in
            WebVillage.usual(site)
            site.live("/live/all") { _ in { _ in true } }
        }
        try await WebVillage.open(register: site) { village in
            async let stream = village.client.execute(
                uri: "/live/all", method: .get, headers: [.authorization: "", .cookie: "cunwang=zhao-the-dispatcher"])
            while village.desk.live.count == 0 { await Task.yield() }
            for n in 1...200 { village.desk.live.announce("change/\(n)") }
            village.desk.live.finish()

            let answer = try await stream
            #expect(answer.text.contains("event: changed\ndata: change/200\n\n"))
        }
    }

    @Test(arguments: [(1, 300, 300), (60, 300, 6_000), (100, 500, 10_000), (500, 2500, 30_000)])
    func theMoreWatchTheLongerEachWaits(_ watchers: Int, _ usual: Int, _ costly: Int) {
        #expect(LivePace.usual.pauseMilliseconds(watchers: watchers) == usual)
        #expect(LivePace.costly.pauseMilliseconds(watchers: watchers) == costly)
    }

    @Test func ofACostlyPageOneLooksAfterTheOther() {
        #expect([1, 2, 11, 300, 301].map { LivePace.costly.firstMilliseconds(place: $0) } == [0, 100, 1_000, 29_900, 0])
        #expect(LivePace.usual.firstMilliseconds(place: 301) == 0)
    }

    @Test func aStrangerWatchesNothing() async throws {
        let site: @Sendable (Site) -> Void = { site in
            site.live("/live/work") { _ in { _ in true } }
        }
        try await WebVillage.open(register: site) { village in
            let answer = try await village.client.execute(uri: "/live/work", method: .get)
            #expect(answer.status == .seeOther)
            #expect(village.desk.live.count == 0)
        }
    }
}
