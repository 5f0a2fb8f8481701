import Desk
import Storage
import Testing
import Values
import Web

@testable import Registry

/// A server believes a session that it has read for a moment; what ends a right ends that at once.
struct KeptSessionTests {
    private func keeping(_ desk: Desk) -> Desk {
        var settings = desk.settings
        settings.sessionKeptMilliseconds = 1000
        return Desk(
            database: desk.database, clock: desk.clock, chance: desk.chance, keys: desk.keys, calendar: desk.calendar,
            locales: desk.locales, kinds: desk.kinds, settings: settings)
    }

    private func signIn(_ person: ID<Person>, _ desk: Desk) async throws -> String {
        let now = desk.clock.now
        return try await desk.database.write { tx in
            try Work(tx, by: .system(county: RegistryVillage.county), at: now, desk: desk)
                .openSession(for: person, door: .password, isTrusted: false).token
        }
    }

    @Test func wangSignsOutAndIsOutAtOnce() async throws {
        try await RegistryVillage.open(.sqlite) { village in
            let desk = keeping(village.desk)
            let sessions = RegistrySessions(desk)
            let token = try await signIn(village.wang, desk)
            let found = try #require(try await sessions.session(token: token, now: desk.clock.now))

            _ = try await desk.perform(EndSession(), by: found.actor)

            #expect(try await sessions.session(token: token, now: desk.clock.now) == nil)
        }
    }

    @Test func whatAnotherServerEndsIsNoticedAfterASecond() async throws {
        try await RegistryVillage.open(.sqlite) { village in
            let desk = keeping(village.desk)
            let sessions = RegistrySessions(desk)
            let token = try await signIn(village.wang, desk)
            let now = desk.clock.now
            #expect(try await sessions.session(token: token, now: now) != nil)

            try await desk.database.write { try $0.run("DELETE FROM session") }

            #expect(try await sessions.session(token: token, now: now.adding(milliseconds: 999)) != nil)
            #expect(try await sessions.session(token: token, now: now.adding(milliseconds: 1000)) == nil)
        }
    }

    @Test func aSessionIsNeverBelievedBeyondItsEnd() async throws {
        try await RegistryVillage.open(.sqlite) { village in
            let desk = keeping(village.desk)
            let sessions = RegistrySessions(desk)
            let token = try await signIn(village.wang, desk)
            let found = try #require(try await sessions.session(token: token, now: desk.clock.now))

            #expect(try await sessions.session(token: token, now: found.expires) == nil)
        }
    }
}
