import Desk
import Storage
import TestSupport
import Testing
import Values
import Web

@testable import Registry

struct CodeTests {
    private static let phone = "13900001111"

    @Test func aVillagerSignsInByPhoneAndCodeAndFindsTheirAccount() async throws {
        try await RegistryVillage.open(demo: true) { village async throws in
            let sent = try await village.act(RequestCode.self, ["phone": Self.phone], by: nil)
            let code = try #require(sent.demoCode)
            let done = try await village.act(
                EnterCode.self, ["phone": Self.phone, "code": code, "trusted": "1"], by: nil)
            #expect(done.person == village.zhang)
            let sessions = RegistrySessions(village.desk)
            village.clock.advance(days: 89)
            let later = try await sessions.session(token: done.token, now: village.clock.moment)
            #expect(later?.actor.phoneHash == village.desk.keys.hash(PhoneNumber(stored: Self.phone)))
            #expect(later?.actor.isStaff == false)
            #expect(try await village.problem { try await village.act(EnterCode.self, ["phone": Self.phone, "code": code], by: nil) } == "code-wrong")
        }
    }

    @Test func aNumberThatNobodyKnowsGetsTheSameAnswer() async throws {
        try await RegistryVillage.open { village async throws in
            let known = try await village.act(RequestCode.self, ["phone": Self.phone], by: nil)
            let unknown = try await village.act(RequestCode.self, ["phone": "13911112222"], by: nil)
            #expect(known.expiresAt == unknown.expiresAt)
            #expect(known.demoCode == nil && unknown.demoCode == nil, "codes are shown in the demo only")
        }
    }

    @Test func aCodeIsResentAfterAMinuteAndEndsAfterTen() async throws {
        try await RegistryVillage.open(demo: true) { village async throws in
            let first = try #require(try await village.act(RequestCode.self, ["phone": Self.phone], by: nil).demoCode)
            #expect(try await village.problem { try await village.act(RequestCode.self, ["phone": Self.phone], by: nil) } == "code-too-soon")
            village.clock.advance(minutes: 1)
            let second = try #require(try await village.act(RequestCode.self, ["phone": Self.phone], by: nil).demoCode)
            if first != second {
                #expect(try await village.problem { try await village.act(EnterCode.self, ["phone": Self.phone, "code": first], by: nil) } == "code-wrong")
            }
            village.clock.advance(minutes: 10)
            #expect(try await village.problem { try await village.act(EnterCode.self, ["phone": Self.phone, "code": second], by: nil) } == "code-wrong")
        }
    }

    @Test func fiveWrongCodesKillTheCodeAndLockThePhone() async throws {
        try await RegistryVillage.open(demo: true) { village async throws in
            let code = try #require(try await village.act(RequestCode.self, ["phone": Self.phone], by: nil).demoCode)
            let wrong = code == "000000" ? "111111" : "000000"
            func enter(_ code: String) async throws -> String {
                try await village.problem { try await village.act(EnterCode.self, ["phone": Self.phone, "code": code], by: nil) }
            }
            for _ in 0..<5 { #expect(try await enter(wrong) == "code-wrong") }
            #expect(try await enter(code) == "sign-in-locked")
            village.clock.advance(minutes: 16)
            #expect(try await enter(code) == "code-wrong")
        }
    }

    @Test func withAGatewayTheCodeGoesByTextMessageOnly() async throws {
        try await RegistryVillage.open(sms: true) { village async throws in
            let sent = try await village.act(RequestCode.self, ["phone": Self.phone], by: nil)
            #expect(sent.demoCode == nil)
            let rows = try await village.desk.database.read { tx in
                try tx.rows("SELECT channel, template, person FROM outbox") {
                    ($0[0] as String, $0[1] as String, $0[2] as String?)
                }
            }
            #expect(rows.count == 1)
            #expect(rows.first?.0 == "sms" && rows.first?.1 == "code")
        }
    }

    @Test func aLiaisonHelpsAndTheVillagerSeesItAndEndsIt() async throws {
        try await RegistryVillage.open { village async throws in
            let made = try await village.act(HelpSignIn.self, ["phone": Self.phone, "agreed": "1"], by: village.li)
            let done = try await village.act(EnterCode.self, ["phone": Self.phone, "code": made.code], by: nil)
            let seen = try await village.ask(ReadSession.self, [:], by: village.zhang)
            #expect(seen.sessions.map(\.helpedBy) == ["李联络"])
            let told: String? = try await village.desk.database.read { tx in
                try tx.value("SELECT template FROM outbox WHERE person = \(village.zhang)")
            }
            #expect(told == "helped-sign-in")
            try await village.act(EndOneSession.self, ["session": seen.sessions[0].id.text], by: village.zhang)
            #expect(try await RegistrySessions(village.desk).session(token: done.token, now: village.clock.moment) == nil)
        }
    }

    @Test func aLiaisonCannotHelpSomebodyOfAnotherVillageOrOfTheStaff() async throws {
        try await RegistryVillage.open { village async throws in
            func help(_ phone: String, agreed: String, by person: ID<Person>) async throws -> String {
                try await village.problem {
                    try await village.act(HelpSignIn.self, ["phone": phone, "agreed": agreed], by: person)
                }
            }
            #expect(try await help(Self.phone, agreed: "1", by: village.zhou) == "not-your-villager")
            #expect(try await help("13800001001", agreed: "1", by: village.li) == "not-your-villager")
            #expect(try await help(Self.phone, agreed: "", by: village.li) == "agreement-wanted")
            #expect(try await help(Self.phone, agreed: "1", by: village.wang) == "forbidden")
        }
    }
}
