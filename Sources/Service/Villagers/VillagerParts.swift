package import Desk
package import PowerRules
package import Registry
package import Values
package import Web

/// The villager's own village, remembered between visits.
package enum VillageCookie {
    package static let name = "village"
    static let maxAgeSeconds = 365 * 86_400

    package static func set(_ village: VillageInfo) -> SetCookie {
        SetCookie(name, village.id.text, maxAgeSeconds: maxAgeSeconds)
    }
}

extension Visit {
    /// The village that this villager chose before, while it still exists.
    package func ownVillage(_ places: DirectorySnapshot) -> VillageInfo? {
        cookies[VillageCookie.name].flatMap { ID<Village>(parsing: $0) }.flatMap(places.village)
    }
    /// Main text, or nothing for those who read Chinese.
    func chinese(_ text: String) -> HTML { VillagerParts.chinese(text, words) }
}

extension DirectorySnapshot {
    /// By id, path, the last part of the path, or exact name.
    /// - Returns: nil when there is none, or more than one of that name.
    package func village(named text: String) -> VillageInfo? {
        if let id = ID<Village>(parsing: text) { return village(id) }
        if let found = village(path: text) { return found }
        let found = villages.filter { $0.name == text || $0.path.hasSuffix("/" + text) }
        return found.count == 1 ? found[0] : nil
    }
}

/// What the villagers' pages share.
package enum VillagerParts {
    /// Text that somebody wrote in Chinese, marked as such where the page is in English.
    package static func chinese(_ text: String, _ words: Words) -> HTML {
        words.language == .chinese ? HTML(text) : "<span lang=\"zh-Hans\">\(text)</span>"
    }

    package static func name(_ village: VillageInfo, _ words: Words) -> HTML {
        words.language == .chinese || village.nameEn.isEmpty
            ? chinese(village.name, words) : HTML(village.nameEn)
    }

    /// A button that dials; the number is always to be read, too.
    package static func call(_ dial: String, shown: String, who: HTML, isMain: Bool = false) -> HTML {
        """
        <a class="button call\(isMain ? "" : " second")" href="tel:\(dial)">\(Icon.phone)<span>\(who)\
        <b>\(shown)</b></span></a>
        """
    }

    package static func hotline(_ number: String, _ words: Words, isMain: Bool = false) -> HTML {
        call(number, shown: number, who: HTML(words["villagers.hotline.\(number)"]), isMain: isMain)
    }

    /// The two people who serve a village, or those of them whom it has.
    package static func people(_ servers: VillageServers, _ visit: Visit, dials: Bool = true) -> HTML {
        let words = visit.words
        var cards: [HTML] = []
        if let standIn = servers.standIn {
            cards.append(person(standIn, words["villagers.people.stand-in"], visit, dials))
        } else if let representative = servers.representative {
            cards.append(person(representative, words["villagers.people.representative"], visit, dials))
        }
        if let liaison = servers.liaison {
            cards.append(person(liaison, words["villagers.people.liaison"], visit, dials))
        }
        if cards.isEmpty { return "<p>\(words["villagers.people.none"])</p>" }
        return "<ul class=\"people\">\(cards)</ul>"
    }

    private static func person(_ card: PersonCard, _ duty: String, _ visit: Visit, _ dials: Bool) -> HTML {
        let words = visit.words
        let face: HTML =
            card.photo == nil
            ? "<span class=\"face\" aria-hidden=\"true\">\(chinese(String(card.name.prefix(1)), words))</span>"
            : "<img class=\"face\" src=\"/photos/people/\(card.id)\" alt=\"\" width=\"72\" height=\"72\">"
        let next: HTML? = card.nextDuty.map { day in
            "<p class=\"keep\">\(words("villagers.people.next-duty", ["day": words.relativeDay(day, today: visit.now.day)]))</p>"
        }
        var phone: HTML = "<p class=\"quiet\">\(words["villagers.people.no-phone"])</p>"
        if !card.phone.isEmpty {
            phone =
                dials
                ? call(card.dial, shown: card.phone, who: HTML(words["villagers.call"]))
                : "<p class=\"digits\">\(card.phone)</p>"
        }
        return """
            <li class="person">\(face)<div><p class="who-is">\(chinese(card.name, words))</p>\
            <p class="quiet">\(duty)</p>\(next)\(phone)</div></li>
            """
    }

    /// The way to the danger page, above everything else.
    package static func dangerWay(_ village: VillageInfo?, _ words: Words) -> HTML {
        """
        <p class="danger-way"><a href="/danger\(village.map { "?village=\($0.id)" } ?? "")">\(Icon.danger) \
        <span>\(words["villagers.danger.way"])</span></a></p>
        """
    }

    /// Shown before any field: how far to stay away, and whom to call (docs/rules/danger.md).
    package static func dangerFirst(_ visit: Visit, _ servers: VillageServers?, leads: Bool = true) -> HTML {
        let words = visit.words
        let rule = words("villagers.danger.first", ["metres": metres(StayAway.fallenLineM)])
        if visit.isLarge {
            return """
                <section class="warning"><p><b>\(words["villagers.danger.ask"])</b> \(rule) 95598</p>\
                \(leads ? "<p><a class=\"button warn\" href=\"/danger\">\(Icon.danger) \(words["villagers.danger.look"])</a></p>" as HTML : nil)</section>
                """
        }
        let onCall = servers?.onCall.flatMap { $0.phone.isEmpty ? nil : $0 }
        return """
            <section class="warning first" aria-label="\(words["villagers.danger.title"])">\
            <p>\(Icon.danger) <b>\(words["villagers.danger.ask"])</b> \(rule) \
            <a class="target" href="/danger">\(words["villagers.danger.more"])</a></p>\
            <p class="calls">\(hotline("95598", words, isMain: true))\
            \(onCall.map { call($0.dial, shown: $0.phone, who: chinese($0.name, words)) })</p></section>
            """
    }

    /// The warning that the words of a report call for.
    package static func warning(_ dangers: [Danger], _ visit: Visit, _ servers: VillageServers?) -> HTML? {
        guard !dangers.isEmpty else { return nil }
        let words = visit.words
        let rules: [HTML] = dangers.map { "<li>\(rule($0, words))</li>" }
        let onCall = servers?.onCall.flatMap { $0.phone.isEmpty ? nil : $0 }
        let emergency: HTML? = dangers.contains(.hurt) && !visit.isLarge ? hotline("120", words) : nil
        let fire: HTML? = dangers.contains(.fire) && !visit.isLarge ? hotline("119", words) : nil
        let person: HTML? =
            visit.isLarge ? nil : onCall.map { call($0.dial, shown: $0.phone, who: chinese($0.name, words)) }
        return """
            <section class="warning" role="alert"><h2>\(Icon.danger) \(words["villagers.danger.warning"])</h2>\
            <ul>\(rules)</ul><p class="calls">\(hotline("95598", words, isMain: true))\(emergency)\(fire)\(person)</p></section>
            """
    }

    package static func rule(_ danger: Danger, _ words: Words) -> String {
        words("villagers.danger.\(danger.rawValue)", ["metres": metres(StayAway.fallenLineM)])
    }

    /// 8 rather than 8.0; 1.5 as it stands.
    package static func metres(_ distance: Double) -> String {
        distance == distance.rounded() ? String(Int(distance)) : String(distance)
    }

    /// A row of the big doors: picture, word, and a short word of help.
    package static func door(_ href: String, _ icon: HTML, _ title: HTML, _ hint: HTML?, classes: String = "") -> HTML {
        """
        <li><a class="door \(classes)" href="\(href)">\(icon)<span><b>\(title)</b>\
        \(hint.map { "<span class=\"hint\">\($0)</span>" as HTML })</span></a></li>
        """
    }

    package static func icon(ofService service: String) -> HTML {
        switch service {
        case "repair": Icon.repair
        case "payment": Icon.pay
        case "connection": Icon.plug
        case "usage": Icon.meter
        default: Icon.ask
        }
    }
}
