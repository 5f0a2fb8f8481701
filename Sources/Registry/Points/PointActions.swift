package import Desk
import Storage
import Values

/// A service point opens in a village.
package struct OpenServicePoint: Action {
    package static let name = "open-service-point"
    package static let door = Door.post("/villages/:village/service-points", status: 201)
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var village: ID<Village>
    @Input(.length(1...60)) var name: String
    @Input(.length(1...120)) var address: String
    @Input(.length(1...120)) var hours: String
    @Input(.length(0...300), .lines) var services: String?
    @Input(.length(0...300), .lines) var devices: String?
    @Input var latitude: Double?
    @Input var longitude: Double?
    @Input var opened: Day?
    package init() {}

    package func perform(_ work: Work) throws -> ServicePointInfo {
        _ = try work.openVillage(village, reachedBy: [.stationHead, .company])
        let id = try work.openServicePoint(draft(today: work.now.day))
        guard let made = try work.tx.servicePoint(id) else { throw Problem.notFound }
        return made
    }
}

package struct ChangeServicePoint: Action {
    package static let name = "change-service-point"
    package static let door = Door.post("/service-points/:point")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var point: ID<ServicePoint>
    @Input(.length(1...60)) var name: String
    @Input(.length(1...120)) var address: String
    @Input(.length(1...120)) var hours: String
    @Input(.length(0...300), .lines) var services: String?
    @Input(.length(0...300), .lines) var devices: String?
    @Input var latitude: Double?
    @Input var longitude: Double?
    package init() {}

    package func perform(_ work: Work) throws -> ServicePointInfo {
        let (_, village) = try work.servicePoint(point)
        let place = try place(latitude, longitude)
        let taken: Int? = try work.tx.value(
            "SELECT 1 FROM service_point WHERE village = \(village.id) AND name = \(name) AND id <> \(point)")
        guard taken == nil else { throw Problem.invalid("name", "service-point-taken") }
        try work.tx.run(
            """
            UPDATE service_point SET name = \(name), address = \(address), hours = \(hours),
                   services = \(services ?? ""), devices = \(devices ?? ""), latitude = \(place?.latitude),
                   longitude = \(place?.longitude) WHERE id = \(point)
            """)
        try work.record(
            EventDraft(
                "service-point.changed", of: "unit", village.id.text, ["point": point.text], county: village.county))
        guard let changed = try work.tx.servicePoint(point) else { throw Problem.notFound }
        return changed
    }
}

package struct CloseServicePoint: Action {
    package static let name = "close-service-point"
    package static let door = Door.post("/service-points/:point/close")
    package static let who: Who = .roles(.stationHead, .company)
    @Input(.hidden) var point: ID<ServicePoint>
    package init() {}

    package func perform(_ work: Work) throws -> ServicePointInfo {
        let (seen, village) = try work.servicePoint(point)
        guard seen.isOpen else { throw Problem(.conflict, "service-point-closed") }
        // One that was to open later never opens: its last day is not before its first.
        try work.tx.run(
            """
            UPDATE service_point SET closed = CASE WHEN opened > \(work.now.day) THEN opened ELSE \(work.now.day) END
            WHERE id = \(point)
            """)
        try work.record(
            EventDraft(
                "service-point.closed", of: "unit", village.id.text, ["point": point.text], county: village.county))
        guard let closed = try work.tx.servicePoint(point) else { throw Problem.notFound }
        return closed
    }
}

extension Work {
    fileprivate func servicePoint(_ id: ID<ServicePoint>) throws -> (ServicePointInfo, VillageInfo) {
        guard let point = try tx.servicePoint(id) else { throw Problem.notFound }
        return (point, try village(point.village, reachedBy: [.stationHead, .company]))
    }
}

/// A day on which one of the village's people sits at its service point.
package struct AddDuty: Action {
    package static let name = "add-duty"
    package static let door = Door.post("/villages/:village/duty", status: 201)
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input(.hidden) var village: ID<Village>
    @Input var person: ID<Person>
    @Input var day: Day
    @Input var from: ClockTime
    @Input var to: ClockTime
    package init() {}

    package func perform(_ work: Work) throws -> DutyInfo {
        let seen = try work.openVillage(village, reachedBy: [.representative, .dispatcher, .stationHead, .company])
        guard day >= work.now.day else { throw Problem.invalid("day", "in-the-past") }
        guard work.now.day.distance(to: day) <= 366 else { throw Problem.invalid("day", "too-far") }
        let serves = try work.tx.grants(of: person, at: day.start).contains {
            [.representative, .liaison, .attendant].contains($0.role) && reaches(seen.path, from: $0.reach)
        }
        guard serves else { throw Problem.invalid("person", "not-of-this-village") }
        let id = try work.addDuty(village: village, person: person, day: day, from: from.minute, to: to.minute)
        guard let made = try work.tx.duty(id) else { throw Problem.notFound }
        return made.info
    }
}

package struct RemoveDuty: Action {
    package static let name = "remove-duty"
    package static let door = Door.post("/duty/:duty/remove")
    package static let who: Who = .roles(.representative, .dispatcher, .stationHead, .company)
    @Input(.hidden) var duty: ID<Duty>
    package init() {}

    package func perform(_ work: Work) throws -> Done {
        guard let seen = try work.tx.duty(duty) else { throw Problem.notFound }
        let village = try work.village(seen.village, reachedBy: [.representative, .dispatcher, .stationHead, .company])
        guard seen.info.day >= work.now.day else { throw Problem(.conflict, "in-the-past") }
        try work.tx.run("DELETE FROM duty WHERE id = \(duty)")
        try work.record(
            EventDraft(
                "duty.removed", of: "unit", village.id.text,
                ["person": seen.info.person.text, "day": seen.info.day.iso], county: village.county))
        return Done()
    }
}

/// The liaison of a village, the station or the company tells people something for a term.
package struct PublishNotice: Action {
    package static let name = "publish-notice"
    package static let door = Door.post("/notices", status: 201)
    package static let who: Who = .roles(.liaison, .dispatcher, .stationHead, .company)
    package static let allowance: Allowance? = Allowance(tries: 60, withinSeconds: 3600)
    @Input var unit: ID<Unit>
    @Input(.length(1...60)) var heading: String
    @Input(.length(1...2000), .lines) var text: String
    @Input var from: Day?
    @Input var until: Day
    package init() {}

    package func perform(_ work: Work) throws -> NoticeInfo {
        guard try !work.unit(unit, reachedBy: noticeRoles).isClosed else {
            throw Problem(.conflict, "unit-already-closed")
        }
        let from = from ?? work.now.day
        guard from >= work.now.day else { throw Problem.invalid("from", "in-the-past") }
        guard from.distance(to: until) <= 366 else { throw Problem.invalid("until", "too-far") }
        let id = try work.publishNotice(unit: unit, title: heading, text: text, from: from, until: until)
        guard let made = try work.tx.notice(id) else { throw Problem.notFound }
        return made
    }
}

let noticeRoles: Set<Role> = [.liaison, .dispatcher, .stationHead, .company]

package struct WithdrawNotice: Action {
    package static let name = "withdraw-notice"
    package static let door = Door.post("/notices/:notice/withdraw")
    package static let who: Who = .roles(.liaison, .dispatcher, .stationHead, .company)
    @Input(.hidden) var notice: ID<Notice>
    package init() {}

    package func perform(_ work: Work) throws -> NoticeInfo {
        guard let seen = try work.tx.notice(notice) else { throw Problem.notFound }
        let unit = try work.unit(seen.unit, reachedBy: noticeRoles)
        guard seen.withdrawnAt == nil else { throw Problem(.conflict, "notice-withdrawn") }
        try work.tx.run(
            "UPDATE notice SET withdrawn_at = \(work.now), withdrawn_by = \(work.actor.person) WHERE id = \(notice)")
        try work.record(
            EventDraft("notice.withdrawn", of: "unit", unit.id.text, ["notice": notice.text], county: unit.county))
        work.announce(unit.path)
        guard let changed = try work.tx.notice(notice) else { throw Problem.notFound }
        return changed
    }
}
