import Desk
import Foundation
import HTTPTypes
import Registry
import Service
import Storage
import Testing
import Values

/// Ways around the table: rights that are lent, given or kept where they must not be.
@Suite struct PermissionScopeTests {
    // MARK: Giving roles

    @Test func aHeadGivesOnlyRolesOfTheStationsOwnPeople() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let county = try await stage.unit(for: .company)
            let units: [(Role, UnitID)] = [
                (.stationHead, stage.home.station), (.township, stage.home.township), (.company, county), (.auditor, county),
                (.dispatcher, stage.far.station), (.liaison, ID(stage.far.village.text)), (.company, stage.home.station),
            ]
            for (role, unit) in units {
                let person = try await stage.aPerson(at: stage.home)
                let body = ["role": role.rawValue, "unit": unit.text]
                for target in [person, village.head.id] {
                    let given = try await village.api(.post, "/people/\(target)/roles", body, as: village.head)
                    #expect([403, 404, 422].contains(given.status), "\(role) to \(target): \(given.status) \(given.text)")
                }
                let made = try await village.api(
                    .post, "/people",
                    ["name": "新人", "signIn": "x\(stage.fresh())", "phone": stage.freshPhone(), "role": role.rawValue, "unit": unit.text],
                    as: village.head)
                #expect([403, 404, 422].contains(made.status), "\(role) to somebody new: \(made.status) \(made.text)")
            }
            let wide = try await village.count(
                "SELECT COUNT(*) FROM grant_ WHERE person = \(village.head.id) AND role <> 'station-head'")
            #expect(wide == 0)
        }
    }

    @Test func aCompanyGivesNothingInAnotherCounty() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let own = try await stage.aPerson(at: stage.home)
            let theirs = try await stage.aPerson(at: stage.abroad)
            for (person, unit) in [(own, stage.abroad.station), (theirs, stage.home.station), (theirs, stage.abroad.station)] {
                let given = try await village.api(
                    .post, "/people/\(person)/roles", ["role": "dispatcher", "unit": unit.text], as: village.company)
                #expect(given.status == 404, "\(given.text)")
            }
        }
    }

    // MARK: People of higher roles

    /// A head reaches somebody only when all of that person's roles are the head's to give.
    @Test func aHeadTouchesNobodyWhoIsMore() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let both = try await stage.aPerson(at: stage.home, role: .dispatcher)
            let county = try await stage.unit(for: .company)
            try await stage.system { try $0.grantRole(.company, to: both, in: county) }
            let twoStations = try await stage.aPerson(at: stage.home)
            let far = stage.far.station
            try await stage.system { try $0.grantRole(.representative, to: twoStations, in: far) }
            let deputy = stage.home.deputy.person ?? ID("")
            for person in [both, twoStations, deputy, village.company.id, village.auditor.id, village.township.id, village.zhang.id] {
                let day = stage.today.iso
                let tries: [(String, [String: any Sendable])] = [
                    ("", ["name": "改名"]), ("/password", [:]), ("/deactivate", [:]),
                    ("/roles", ["role": "dispatcher", "unit": stage.home.station.text]),
                    ("/roles/end", ["role": "dispatcher", "unit": stage.home.station.text]),
                    ("/certificates", ["kind": "low-voltage", "number": "ZS-\(stage.fresh())", "from": day, "to": day]),
                ]
                for (path, body) in tries {
                    let before = try await stage.fingerprint()
                    let reply = try await village.api(.post, "/people/\(person)\(path)", body, as: village.head)
                    #expect(reply.status == 404, "\(path) of \(person): \(reply.status) \(reply.text)")
                    #expect(try await stage.fingerprint() == before)
                }
            }
        }
    }

    @Test func nobodyResetsTheirOwnPasswordOrACustomersOrLocksThemselvesOut() async throws {
        try await withVillage { village in
            for person in [village.head, village.company] {
                for path in ["password", "deactivate"] {
                    let reply = try await village.api(.post, "/people/\(person.id)/\(path)", [:], as: person)
                    #expect([404, 409].contains(reply.status), "\(path): \(reply.status)")
                }
            }
            for path in ["password", "deactivate", "phone"] {
                let body: [String: any Sendable] = path == "phone" ? ["reason": "想知道"] : [:]
                let reply = try await village.api(.post, "/people/\(village.zhang.id)/\(path)", body, as: village.company)
                #expect([404, 409].contains(reply.status), "\(path) of a customer: \(reply.status) \(reply.text)")
            }
            #expect(try await village.count("SELECT COUNT(*) FROM person WHERE active = 0") == 0)
        }
    }

    // MARK: Borrowed villages

    /// Ma of the next station stands in at Bugang: that does not make Ma one of Mafang's people.
    @Test func whoStandsInStaysUnderTheirOwnStation() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let today = stage.today
            try await stage.system { work in
                try work.takeLeave(person: village.wang.id, from: today, to: today.adding(days: 3), standIn: village.ma.id)
            }
            let day = today.adding(days: 50).iso
            for boss in [village.dispatcher, village.head] {
                let leave = try await village.api(
                    .post, "/people/\(village.ma.id)/leave", ["from": day, "to": day, "standIn": stage.home.spare.text], as: boss)
                #expect(leave.status == 404, "\(boss.name): \(leave.status)")
                let phone = try await village.api(
                    .post, "/people/\(village.ma.id)/phone", ["reason": "值班"], as: boss)
                #expect(phone.status == 404, "\(boss.name): \(phone.status)")
            }
            let handover = try await village.api(
                .post, "/handovers", ["leaving": village.ma.id.text, "successor": stage.home.spare.text, "reason": "换"],
                as: village.head)
            #expect(handover.status == 404)
            let password = try await village.api(.post, "/people/\(village.ma.id)/password", [:], as: village.head)
            #expect(password.status == 404)
        }
    }

    @Test func aVillagesVoiceIsNeitherACustomerNorAnOffice() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            for person in [village.zhang, village.auditor, village.company, village.township, village.ma, village.dispatcher] {
                let free = try await stage.aVillage(at: stage.home)
                let reply = try await village.api(
                    .post, "/villages/\(free)/pairing",
                    ["representative": stage.home.spare.text, "liaison": person.id.text, "since": stage.today.iso],
                    as: village.head)
                #expect(reply.status == 422, "\(person.name): \(reply.status) \(reply.text)")
            }
        }
    }

    // MARK: Hand-over, sessions, messages

    @Test func aHandoverNeedsASecondPerson() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let leaving = try await stage.aLeavingRepresentative(at: stage.home)
            let proposed = try await village.api(
                .post, "/handovers", ["leaving": leaving.text, "successor": stage.home.spare.text, "reason": "调走"],
                as: village.head)
            #expect(proposed.status == 201)
            let id = proposed.json["id"] as? String ?? ""
            for decision in ["approve", "reject"] {
                let own = try await village.api(.post, "/handovers/\(id)/\(decision)", [:], as: village.head)
                #expect(own.status == 409, "\(decision): \(own.status)")
            }
            #expect(try await village.count("SELECT COUNT(*) FROM handover WHERE id = \(id) AND state = 'proposed'") == 1)
            let other = try await stage.session(of: stage.home.deputy.person ?? ID(""))
            #expect(try await village.api(.post, "/handovers/\(id)/approve", [:], as: other).status == 200)
        }
    }

    /// A head who also represents a village cannot let somebody propose it and then say yes.
    @Test func nobodyDecidesOnTheirOwnLeaving() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let head = try await stage.aLeavingRepresentative(at: stage.home)
            let station = stage.home.station
            try await stage.system { try $0.grantRole(.stationHead, to: head, in: station) }
            let handover = try await stage.desk.perform(
                ProposeHandover.self,
                ["leaving": .text(head.text), "successor": .text(stage.home.spare.text), "reason": .text("调走")],
                by: stage.home.deputy
            ).output.id
            let reply = try await village.api(.post, "/handovers/\(handover)/approve", [:], as: stage.session(of: head))
            #expect(reply.status == 409)
        }
    }

    @Test func anotherOnesSessionsAreNotEndedByAnybody() async throws {
        try await withVillage { village in
            let session: String? = try await village.desk.database.read {
                try $0.value("SELECT id FROM session WHERE person = \(village.wang.id)")
            }
            for person in [village.sun, village.head, village.company, village.auditor, village.zhang] {
                let reply = try await village.api(.post, "/sessions/\(session ?? "")/end", [:], as: person)
                #expect(reply.status == 404, "\(person.name): \(reply.status)")
            }
            #expect(try await village.api(.get, "/sessions/current", as: village.wang).status == 200)
        }
    }

    @Test func nobodyTicksOrReadsMessagesOfAnotherVillage() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let away = try await stage.aMessageToTell(at: stage.next)
            for person in [village.li, village.wang, village.attendant] {
                #expect(try await village.api(.post, "/told/\(away)", [:], as: person).status == 404)
            }
            // A message that goes another way than in person is not ticked off either.
            let slip: String? = try await village.desk.database.read { try $0.value("SELECT id FROM outbox WHERE channel <> 'in-person' LIMIT 1") }
            if let slip { #expect(try await village.api(.post, "/told/\(slip)", [:], as: village.li).status == 404) }
            let mail = try await stage.aMessage(in: village.sun.id)
            #expect(try await village.api(.post, "/inbox/read", ["message": mail.text], as: village.wang).status == 404)
            #expect(try await village.api(.post, "/inbox/read", [:], as: village.wang).status == 200)
            #expect(try await village.count("SELECT COUNT(*) FROM inbox WHERE id = \(mail) AND read_at IS NOT NULL") == 0)
        }
    }

    /// Anybody may follow a case that stands among the possible duplicates: they hear how it goes.
    @Test func whoFollowsANeighboursCaseLearnsNothingOfTheNeighbour() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aCase(
                "submitted", at: stage.home, what: "我家院子里的表箱冒烟", place: Place(latitude: 34.1, longitude: 114.1))
            let followed = try await village.api(
                .post, "/requests/\(made.number)/follow", ["name": "邻居", "phone": stage.freshPhone()])
            #expect(followed.status == 201)
            let secret = followed.json["receipt"] as? String ?? ""

            let view = try await village.api(.get, "/requests/\(made.number)?secret=\(secret)")
            #expect(view.status == 200)
            for part in ["表箱冒烟", made.phone, "周大爷", "latitude", made.secret] {
                #expect(!view.contains(part), "\(part): \(view.text)")
            }
            for (move, body) in [
                ("withdraw", [:]), ("answer", ["note": "好了"]), ("reopen", ["reason": "又坏"]), ("confirm", ["satisfaction": 5]),
            ] as [(String, [String: any Sendable])] {
                let sent = body.merging(["secret": secret]) { first, _ in first }
                let reply = try await village.api(.post, "/requests/\(made.number)/\(move)", sent)
                #expect(reply.status == 403, "\(move): \(reply.status)")
            }
        }
    }

    // MARK: Rights that end

    @Test func rightsEndWithTheRoleTheLeaveAndThePerson() async throws {
        try await withVillage { village in
            let stage = try await PermissionStage.make(village)
            let made = try await stage.aCase(at: stage.next)
            let today = stage.today
            try await stage.system { work in
                try work.takeLeave(person: village.sun.id, from: today, to: today, standIn: village.wang.id)
            }
            #expect(try await village.api(.get, "/requests/\(made.number)", as: village.wang).status == 200)
            village.clock.advance(days: 1)
            let wang = try await stage.session(of: village.wang.id)
            #expect(try await village.api(.get, "/requests/\(made.number)", as: wang).status == 404)

            let leaver = try await stage.aPerson(at: stage.home, role: .dispatcher)
            let session = try await stage.session(of: leaver)
            #expect(try await village.api(.get, "/board", as: session).status == 200)
            let head = try await stage.session(of: village.head.id)
            let ended = try await village.api(
                .post, "/people/\(leaver)/roles/end", ["role": "dispatcher", "unit": stage.home.station.text], as: head)
            #expect(ended.status == 200)
            #expect(try await village.api(.get, "/board", as: session).status == 403)
            let company = try await stage.session(of: village.company.id)
            #expect(try await village.api(.post, "/people/\(leaver)/deactivate", [:], as: company).status == 200)
            #expect(try await village.api(.get, "/sessions/current", as: session).status == 401)
        }
    }
}
