import Desk
import Registry
import Service
import Values
import Web

/// How known outages are shown to anybody.
enum KnownParts {
    /// Above a village's services: the first, and how many more.
    static func banner(_ known: [KnownOutage], _ village: VillageInfo, _ visit: Visit) -> HTML {
        let words = visit.words
        let items: [HTML] = known.prefix(visit.isLarge ? 1 : 3).map { "<li>\(line($0, visit))</li>" }
        // In large text the village's page keeps its four actions; "repair" leads to the same list.
        let more: HTML? =
            visit.isLarge
            ? nil : "<p><a class=\"target\" href=\"/outages/here?village=\(village.id)\">\(words["outages.here.more"])</a></p>"
        return """
            <section class="dark-now" aria-label="\(words["outages.here.title"])"><h2>\(Icon.plug) \(words["outages.here.title"])</h2>\
            <ul>\(items)</ul>\(more)</section>
            """
    }

    /// Area, cause, when the light is expected back, and who comes, in one sentence each.
    static func line(_ known: KnownOutage, _ visit: Visit) -> HTML {
        let words = visit.words
        let place = known.areas.first ?? words["outages.here.area-open"]
        let eta =
            known.eta.map { words("outages.here.eta", ["moment": words.moment($0, now: visit.now)]) }
            ?? words["outages.here.eta-open"]
        return """
            <b>\(VillagerParts.chinese(place, words))</b> \(words("outages.here.since", ["moment": words.moment(known.startedAt, now: visit.now)]))\
            \(words.language == .chinese ? "，" : ", ")\(eta)
            """
    }

    static func card(_ known: KnownOutage, _ village: VillageInfo, _ visit: Visit) -> HTML {
        let words = visit.words
        let cause = known.cause?.in(visit.language) ?? words["outages.here.cause-open"]
        let worker: HTML? = known.worker.map {
            "<dt>\(words["outages.here.worker"])</dt><dd>\(VillagerParts.chinese($0, words))</dd>"
        }
        return """
            <li class="outage-card"><h2>\(VillagerParts.chinese(known.areas.first ?? words["outages.here.area-open"], words))</h2>\
            <p class="state"><b>\(words["outages.source.\(known.source.rawValue)"]) · \(known.state.in(visit.language))</b></p>\
            <dl class="facts"><dt>\(words["outages.here.began"])</dt><dd>\(words.moment(known.startedAt, now: visit.now))</dd>\
            <dt>\(words["outages.here.cause"])</dt><dd>\(cause)</dd>\
            <dt>\(words["outages.here.back"])</dt><dd>\(known.eta.map { words.moment($0, now: visit.now) } ?? words["outages.here.eta-open"])</dd>\
            <dt>\(words["outages.here.households"])</dt><dd>\(words("outages.here.n", ["n": "\(known.here)"]))</dd>\(worker)</dl>\
            \(known.source == .fault ? "<p class=\"actions\"><a class=\"button\" href=\"/no-light/report?village=\(village.id)&amp;outage=\(known.number)\">\(words["outages.here.me-too"])</a></p>" as HTML : "<p class=\"actions\"><a class=\"button second\" href=\"/planned/\(known.number)\">\(words["planned.title"])</a></p>")</li>
            """
    }
}
