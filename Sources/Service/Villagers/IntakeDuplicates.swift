import Desk
import Registry
import Values
import Web

/// What neighbours have already reported and what is still open: following it is one choice.
struct IntakeDuplicates {
    let kind: Kind
    let village: VillageInfo?

    /// - Returns: nil when nothing like it is open.
    func section(_ visit: Visit, _ state: FormState) async throws -> HTML? {
        // A fault or a hazard is the same for neighbours; a bill, a connection or a complaint is one's own.
        guard let village, kind.service == "repair" else { return nil }
        var inputs: RawInputs = ["village": .text(village.id.text), "kind": .text(kind.name)]
        for name in ["latitude", "longitude"] {
            let typed = state.typed(name)
            if !typed.isEmpty { inputs[name] = .text(typed) }
        }
        let found = try await visit.desk.fetch(DuplicatesQuery.self, inputs, by: visit.actor)
        guard !found.items.isEmpty else { return nil }
        let words = visit.words
        let chosen = state.typed("follow")
        let items: [HTML] = found.items.prefix(visit.isLarge ? 2 : 5).enumerated().map { i, item in
            let picture: HTML? = item.photo.map {
                "<img src=\"\(CasePhotos.address(item.number, $0, visit))\" alt=\"\(words["villagers.duplicates.photo"])\" width=\"96\" height=\"72\">"
            }
            let away: HTML? = item.distanceM.map { " · \(words("villagers.metres", ["n": "\($0)"]))" }
            return """
                <div class="choice"><input type="radio" name="follow" id="follow-\(i)" value="\(item.number)"\(chosen == item.number ? " checked" as HTML : nil)>\
                <label for="follow-\(i)">\(picture)<span><b>\(words["villagers.duplicates.follow"])</b> \
                <span class="hint">\(item.kindTitle.in(words.language)) · \(words.moment(item.openedAt, now: visit.now))\(away) · \
                \(item.stateTitle.in(words.language))</span></span></label></div>
                """
        }
        return """
            <fieldset class="field similar"><legend>\(words["villagers.duplicates.title"])</legend>
            <p class="hint">\(words["villagers.duplicates.hint"])</p>
            <div class="choice"><input type="radio" name="follow" id="follow-none" value=""\(chosen.isEmpty ? " checked" as HTML : nil)>\
            <label for="follow-none">\(words["villagers.duplicates.none"])</label></div>
            \(items)</fieldset>
            """
    }
}
