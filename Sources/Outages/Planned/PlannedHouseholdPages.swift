import Desk
import Service
import Values
import Web

/// The households of a planned outage, households with a tag, and the days that the county keeps free.
struct PlannedHouseholdPages: Sendable {
    let stylesheet: HTML

    /// `/planned/:outage/households`
    func households(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let words = visit.words
        let part = visit.query["part"].flatMap { PlannedPart(rawValue: $0) } ?? .all
        var inputs = visit.asked("after")
        inputs["outage"] = .text(visit["outage"])
        inputs["part"] = .text(part.rawValue)
        let found = try await visit.desk.fetch(PlannedHouseholdsQuery.self, inputs, by: visit.actor, at: visit.now)
        let number = visit["outage"]
        let mayPlace = PlacePlannedHousehold.who.admits(visit.actor)
        let tabs: [HTML] = PlannedPart.allCases.map { one in
            let here: HTML = one == part ? " aria-current=\"page\"" : .empty
            return "<li><a href=\"\(visit.link(["part": one.rawValue, "after": nil]))\"\(here)>\(words["planned-part.\(one.rawValue)"])</a></li>"
        }
        let rows: [HTML] = found.items.map { item in
            let place: HTML? =
                part == .unplaced && mayPlace
                ? OutageHTML.actions([
                    Forms.button(
                        PlacePlannedHousehold.self, visit,
                        hidden: ["outage": number, "number": item.number, "concerned": "true"], submit: "planned.goes-dark"),
                    Forms.button(
                        PlacePlannedHousehold.self, visit,
                        hidden: ["outage": number, "number": item.number, "concerned": "false"], submit: "planned.keeps-light"),
                ]) : nil
            let tags: [HTML] = item.tags.map { " <span class=\"tag urgent\">\(words["household-tag.\($0.rawValue)"])</span>" }
            let told: HTML =
                part == .unplaced
                ? .empty
                : item.toldAt.map { " · \(words("planned.told-at", ["moment": words.moment($0, now: visit.now)]))" as HTML }
                    ?? " · <b>\(words["planned.not-told-yet"])</b>"
            return """
                <li><h3>\(OutageHTML.chinese(item.name, words))\(tags)\(item.byHand && part != .unplaced ? " <span class=\"tag\">\(words["planned.by-hand"])</span>" as HTML : nil)</h3>
                <p>\(OutageHTML.chinese(item.villageName + " " + item.address, words))</p>
                <p class="quiet">\(item.number)\(item.area.map { " · \($0)" })\(told)</p>\(place)</li>
                """
        }
        let add: HTML? =
            mayPlace && part == .unplaced
            ? OutageHTML.section(
                words["action.place-planned-household.title"], id: "place",
                Forms.form(
                    PlacePlannedHousehold.self, visit, state,
                    FormLook(
                        hidden: ["outage": number],
                        choices: [
                            "concerned": [
                                FormChoice("true", words["planned.goes-dark"]), FormChoice("false", words["planned.keeps-light"]),
                            ]
                        ], isSecondary: true))) : nil
        return Page(
            words["planned.households"], back: "/planned/\(number)",
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "planned.done"))
                <nav aria-label="\(words["planned.households"])"><ul class="tabs">\(tabs)</ul></nav>
                \(rows.isEmpty ? OutageHTML.empty(words["planned.part-none.\(part.rawValue)"]) : "<ul class=\"rows\">\(rows)</ul>" as HTML)
                \(OutageHTML.next(visit, found.next))\(add)
                """)
    }

    // MARK: Tags

    /// `/household-tags`
    func tags(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(TaggedQuery.self, visit.asked("tag", "after"), by: visit.actor, at: visit.now)
        let mayTag = TagHousehold.who.admits(visit.actor)
        let rows: [HTML] = found.items.map { item in
            """
            <li><h3>\(OutageHTML.chinese(item.name, words)) <span class="tag urgent">\(words["household-tag.\(item.tag.rawValue)"])</span></h3>
            <p>\(OutageHTML.chinese(item.villageName + " " + item.address, words))</p><p class="quiet">\(item.number)</p>
            \(mayTag ? Forms.button(UntagHousehold.self, visit, hidden: ["tag": item.id.text]) : nil)</li>
            """
        }
        let form: HTML? =
            mayTag
            ? OutageHTML.section(words["action.tag-household.title"], id: "tag", Forms.form(TagHousehold.self, visit, state))
            : nil
        return Page(
            words["tag.title"], back: "/planned",
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "tag.done"))<p class="lead">\(words["tag.lead"])</p>
                \(OutageHTML.problem(state, UntagHousehold.name, words: words))
                \(rows.isEmpty ? OutageHTML.empty(words["tag.none"]) : "<ul class=\"rows\">\(rows)</ul>" as HTML)
                \(OutageHTML.next(visit, found.next))\(form)
                """)
    }

    // MARK: Quiet days

    /// `/quiet-days`
    func quiet(_ visit: Visit, _ state: FormState = FormState()) async throws -> Page {
        let words = visit.words
        let found = try await visit.desk.fetch(QuietDaysQuery.self, [:], by: visit.actor, at: visit.now)
        let mayChange = AddQuietDays.who.admits(visit.actor)
        let rows: [HTML] = found.items.map { item in
            """
            <li><h3>\(item.title.in(visit.language)) <span class="tag">\(words["quiet-kind.\(item.kind.rawValue)"])</span></h3>
            <p>\(words.relativeDay(item.first, today: visit.now.day)) – \(words.relativeDay(item.last, today: visit.now.day))</p>
            \(mayChange ? Forms.button(EndQuietDays.self, visit, hidden: ["days": item.id.text]) : nil)</li>
            """
        }
        let form: HTML? =
            mayChange
            ? OutageHTML.section(words["action.add-quiet-days.title"], id: "quiet", Forms.form(AddQuietDays.self, visit, state))
            : nil
        return Page(
            words["quiet.title"], back: "/planned",
            body: """
                \(stylesheet)\(OutageHTML.done(visit, "quiet.done"))<p class="lead">\(words["quiet.lead"])</p>
                \(OutageHTML.problem(state, EndQuietDays.name, words: words))
                \(rows.isEmpty ? OutageHTML.empty(words["quiet.none"]) : "<ul class=\"rows\">\(rows)</ul>" as HTML)\(form)
                """)
    }
}
