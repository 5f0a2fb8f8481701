import Desk
import Storage
import TestSupport
import Testing
import Values
import Web

@testable import Registry

struct SignInTests {
    @Test func staffSignInByPasswordAndTheTokenOpensTheSession() async throws {
        try await RegistryVillage.open { village async throws in
            let done = try await village.act(
                SignIn.self, ["person": "Wang", "password": RegistryVillage.password], by: nil)
            let sessions = RegistrySessions(village.desk)
            let found = try await sessions.session(token: done.token, now: village.clock.moment)
            #expect(found?.actor.person == village.wang)
            #expect(found?.actor.has([.representative], at: RegistryVillage.county + "/mafang/bugang") == true)
            #expect(try await sessions.session(token: String(done.token.reversed()), now: village.clock.moment) == nil)
            let stored: Int = try await village.desk.database.read { tx in
                try tx.value("SELECT COUNT(*) FROM session WHERE token_hash = \(done.token)") ?? 0
            }
            #expect(stored == 0, "the token itself is never stored")
        }
    }

    @Test func anUnknownNameGetsTheSameAnswerAsAWrongPassword() async throws {
        try await RegistryVillage.open { village async throws in
            var answers: [Problem] = []
            for name in ["wang", "nobody"] {
                do {
                    try await village.act(SignIn.self, ["person": name, "password": "wrong-password"], by: nil)
                } catch let problem as Problem {
                    answers.append(problem)
                }
            }
            #expect(answers.count == 2)
            #expect(answers.first == answers.last)
            #expect(answers.first?.status == 401)
            #expect(try await village.events("sign-in.refused") == 2)
        }
    }

    @Test func anUnknownNameCostsTheWorkOfAKnownOne() throws {
        let known = Password.hash("any-password", chance: RegistryVillage.chance).split(separator: "$")
        let nobodys = Password.nobodys.split(separator: "$")
        #expect(known.prefix(4) == nobodys.prefix(4), "the same rounds, block size and lanes")
        #expect(known.map(\.count) == nobodys.map(\.count))
    }

    @Test func fiveWrongPasswordsLockTheNameForFifteenMinutes() async throws {
        try await RegistryVillage.open { village async throws in
            func attempt(_ password: String, from address: String = "10.0.0.1") async throws -> String {
                try await village.problem {
                    try await village.act(SignIn.self, ["person": "wang", "password": password], by: nil, address: address)
                }
            }
            for _ in 0..<5 { #expect(try await attempt("wrong-password") == "sign-in-refused") }
            #expect(try await attempt(RegistryVillage.password) == "sign-in-locked")
            #expect(try await attempt(RegistryVillage.password, from: "10.9.9.9") == "sign-in-locked")
            village.clock.advance(minutes: 14)
            #expect(try await attempt(RegistryVillage.password) == "sign-in-locked")
            village.clock.advance(minutes: 2)
            #expect(try await attempt(RegistryVillage.password) == "none")
        }
    }

    @Test func manyNamesFromOneAddressLockTheAddress() async throws {
        try await RegistryVillage.open(.sqlite) { village async throws in
            let subjects = (0..<60).map { TrySubjects(name: "n\($0)", address: "10.0.0.66", keys: village.desk.keys) }
            let now = village.clock.moment
            try await village.desk.database.write { tx in for one in subjects { try tx.countFailure(one, at: now) } }
            let refused = try await village.problem {
                try await village.act(
                    SignIn.self, ["person": "wang", "password": RegistryVillage.password], by: nil, address: "10.0.0.66")
            }
            #expect(refused == "sign-in-locked")
            let other = try await village.problem {
                try await village.act(
                    SignIn.self, ["person": "wang", "password": RegistryVillage.password], by: nil, address: "10.0.0.67")
            }
            #expect(other == "none")
        }
    }

    @Test func signingInAgainEndsTheOldSession() async throws {
        try await RegistryVillage.open { village async throws in
            let fields: [String: RawInput] = ["person": .text("wang"), "password": .text(RegistryVillage.password)]
            let first = try await village.act(SignIn.self, ["person": "wang", "password": RegistryVillage.password], by: nil)
            let sessions = RegistrySessions(village.desk)
            let old = try #require(try await sessions.session(token: first.token, now: village.clock.moment))
            let second = try await village.desk.perform(SignIn.self, fields, by: old.actor).output
            #expect(second.token != first.token)
            #expect(try await sessions.session(token: first.token, now: village.clock.moment) == nil)
            #expect(try await sessions.session(token: second.token, now: village.clock.moment) != nil)
        }
    }

    @Test func aSessionSlidesAndEndsAndCanBeEndedEverywhere() async throws {
        try await RegistryVillage.open { village async throws in
            func signIn() async throws -> String {
                try await village.act(SignIn.self, ["person": "wang", "password": RegistryVillage.password], by: nil).token
            }
            let sessions = RegistrySessions(village.desk)
            let token = try await signIn()
            village.clock.advance(minutes: 11 * 60)
            #expect(try await sessions.session(token: token, now: village.clock.moment) != nil)
            village.clock.advance(minutes: 11 * 60)
            let slid = try await sessions.session(token: token, now: village.clock.moment)
            #expect(slid != nil)
            village.clock.advance(minutes: 12 * 60 + 1)
            #expect(try await sessions.session(token: token, now: village.clock.moment) == nil)

            let one = try await signIn()
            let two = try await signIn()
            let actor = try #require(try await sessions.session(token: one, now: village.clock.moment)).actor
            _ = try await village.desk.perform(EndAllSessions.self, [:], by: actor)
            #expect(try await sessions.session(token: one, now: village.clock.moment) == nil)
            #expect(try await sessions.session(token: two, now: village.clock.moment) == nil)
        }
    }

    @Test func thePersonsNewestSessionAlwaysHolds() async throws {
        try await RegistryVillage.open { village in
            let sessions = RegistrySessions(village.desk)
            let desk = village.desk
            let now = village.clock.moment
            for _ in 0..<(SessionLimits.perPerson + 5) {
                let made = try await desk.database.write { tx in
                    let work = Work(tx, by: .system(county: RegistryVillage.county), at: now, desk: desk)
                    return try work.openSession(for: village.wang, door: .password, isTrusted: false)
                }
                #expect(try await sessions.session(token: made.token, now: now) != nil)
            }
            let count = try await desk.database.read { try $0.sessions(of: village.wang, current: nil, at: now) }.count
            #expect(count <= SessionLimits.perPerson + 1)
        }
    }

    @Test func nobodyEndsAnothersSession() async throws {
        try await RegistryVillage.open { village async throws in
            _ = try await village.act(SignIn.self, ["person": "wang", "password": RegistryVillage.password], by: nil)
            let theirs = try await village.ask(ReadSession.self, [:], by: village.wang)
            let id = try #require(theirs.sessions.first).id.text
            #expect(try await village.problem { try await village.act(EndOneSession.self, ["session": id], by: village.sun) } == "not-found")
            #expect(try await village.problem { try await village.act(EndOneSession.self, ["session": id], by: village.wang) } == "none")
        }
    }

    @Test func aDeactivatedPersonIsOutAtOnce() async throws {
        try await RegistryVillage.open { village async throws in
            let done = try await village.act(SignIn.self, ["person": "fu", "password": RegistryVillage.password], by: nil)
            try await village.act(DeactivatePerson.self, ["person": village.attendant.text], by: village.zhao)
            #expect(try await RegistrySessions(village.desk).session(token: done.token, now: village.clock.moment) == nil)
            #expect(
                try await village.problem {
                    try await village.act(SignIn.self, ["person": "fu", "password": RegistryVillage.password], by: nil)
                } == "sign-in-refused")
            #expect(
                try await village.problem {
                    try await village.act(DeactivatePerson.self, ["person": village.wang.text], by: village.zhao)
                } == "hand-over-first")
        }
    }

    @Test func scryptFollowsRFC7914() {
        // Section 12, the second vector, with our form of storing it.
        let key = "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        let stored = "scrypt$10$8$16$4e61436c$" + key
        #expect(Password.verify("password", stored))
        #expect(!Password.verify("Password", stored))
        #expect(!Password.verify("", Password.nobodys))
        #expect(!Password.verify("x", "scrypt$99$8$1$00$00"))
    }

    @Test func appCodesFollowRFC6238() {
        // Appendix B, SHA-1.
        let totp = TOTP(secret: Array("12345678901234567890".utf8))
        let vectors: [(Int64, String)] = [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ]
        for (seconds, code) in vectors {
            let step = TOTP.step(at: Instant(milliseconds: seconds * 1000))
            #expect(totp.code(step: step, digits: 8) == code)
        }
        #expect(totp.base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(TOTP(base32: "gezd gnbv gy3t qojq gezd gnbv gy3t qojq")?.secret == totp.secret)
    }

    @Test func anAppCodeIsAskedForAndWorksOnce() async throws {
        try await RegistryVillage.open { village async throws in
            let totp = TOTP(secret: Array(10..<30))
            func code() -> String { totp.code(step: TOTP.step(at: village.clock.moment)) }
            try await village.act(SetTOTP.self, ["secret": totp.base32, "code": code()], by: village.wang)
            func attempt(_ code: String?) async throws -> String {
                var fields = ["person": "wang", "password": RegistryVillage.password]
                fields["code"] = code
                let sent = fields
                return try await village.problem { try await village.act(SignIn.self, sent, by: nil) }
            }
            #expect(try await attempt(nil) == "totp-wanted")
            #expect(try await attempt(code()) == "sign-in-refused", "the code that turned it on was used")
            village.clock.advance(minutes: 1)
            #expect(try await attempt(code()) == "none")
            #expect(try await attempt(code()) == "sign-in-refused")
        }
    }

    @Test func aStartingPasswordIsChangedByItsOwnerOnly() async throws {
        try await RegistryVillage.open { village async throws in
            let made = try await village.act(
                AddPerson.self,
                [
                    "name": "新服务员", "signIn": "xin", "phone": "13700001234", "role": "attendant",
                    "unit": village.bugang.text,
                ], by: village.zhao)
            let first = try await village.act(SignIn.self, ["person": "xin", "password": made.password], by: nil)
            #expect(first.mustChange)
            func change(_ old: String, _ new: String) async throws -> String {
                try await village.problem {
                    try await village.act(SetPassword.self, ["old": old, "password": new, "again": new], by: made.id)
                }
            }
            #expect(try await change("not it at all", "river-stone-77") == "password-wrong")
            #expect(try await change(made.password, "short") == "too-short")
            #expect(try await change(made.password, "1234567890") == "password-too-easy")
            #expect(try await change(made.password, "river-stone-77") == "none")
            let second = try await village.act(SignIn.self, ["person": "xin", "password": "river-stone-77"], by: nil)
            #expect(!second.mustChange)
            #expect(
                try await village.problem {
                    try await village.act(ResetPassword.self, ["person": made.id.text], by: village.otherHead)
                } == "not-found")
        }
    }

    @Test func oneClickExistsOnlyInTheDemo() async throws {
        try await RegistryVillage.open(.sqlite, demo: true) { village async throws in
            for role in Role.allCases {
                let done = try await village.act(DemoSignIn.self, ["role": role.rawValue], by: nil)
                let found = try await RegistrySessions(village.desk).session(token: done.token, now: village.clock.moment)
                #expect(found?.actor.has([role]) == true, "\(role)")
            }
        }
        try await RegistryVillage.open(.sqlite) { village async throws in
            #expect(try await village.problem { try await village.act(DemoSignIn.self, ["role": "company"], by: nil) } == "not-found")
        }
    }
}
