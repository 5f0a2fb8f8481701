package import Desk
import Storage
package import Values

extension Work {
    /// - Throws: `service-point-taken` when the village has one of that name.
    @discardableResult
    package func openServicePoint(_ draft: ServicePointDraft) throws -> ID<ServicePoint> {
        guard let village = try tx.village(draft.village) else { throw Problem.notFound }
        let id: ID<ServicePoint> = newID()
        let made = try tx.change(
            """
            INSERT INTO service_point (id, county, village, name, address, hours, services, devices, latitude, longitude,
                                       opened)
            VALUES (\(id), \(village.county), \(village.id), \(draft.name), \(draft.address), \(draft.hours),
                    \(draft.services), \(draft.devices), \(draft.place?.latitude), \(draft.place?.longitude),
                    \(draft.opened))
            ON CONFLICT (village, name) DO NOTHING
            """)
        guard made == 1 else { throw Problem.invalid("name", "service-point-taken") }
        try record(
            EventDraft(
                "service-point.opened", of: "unit", village.id.text, ["point": id.text], county: village.county))
        return id
    }

    @discardableResult
    package func addDuty(
        village: ID<Village>, person: ID<Person>, day: Day, from: Int, to: Int
    ) throws -> ID<Duty> {
        guard from < to else { throw Problem.invalid("to", "ends-before-it-begins") }
        guard let info = try tx.village(village) else { throw Problem.notFound }
        let id: ID<Duty> = newID()
        let made = try tx.change(
            """
            INSERT INTO duty (id, county, village, person, day, from_minute, to_minute)
            VALUES (\(id), \(info.county), \(village), \(person), \(day), \(from), \(to)) ON CONFLICT DO NOTHING
            """)
        guard made == 1 else { throw Problem.invalid("day", "duty-taken") }
        try record(
            EventDraft(
                "duty.added", of: "unit", village.text, ["person": person.text, "day": day.iso], county: info.county))
        return id
    }

    @discardableResult
    package func publishNotice(
        unit: ID<Unit>, title: String, text: String, english: (title: String, text: String)? = nil, from: Day, until: Day
    ) throws -> ID<Notice> {
        guard until >= from else { throw Problem.invalid("until", "ends-before-it-begins") }
        guard let info = try tx.unit(unit) else { throw Problem.notFound }
        let id: ID<Notice> = newID()
        try tx.run(
            """
            INSERT INTO notice (id, county, unit, title, text, title_en, text_en, from_day, until_day, author, made_at)
            VALUES (\(id), \(info.county), \(unit), \(title), \(text), \(english?.title), \(english?.text), \(from),
                    \(until), \(actor.person), \(now))
            """)
        try record(
            EventDraft(
                "notice.published", of: "unit", unit.text, ["notice": id.text, "until": until.iso],
                rowHash: rowHash([id.text, unit.text, title, text, from.iso, until.iso]), county: info.county))
        announce(info.path)
        return id
    }
}
