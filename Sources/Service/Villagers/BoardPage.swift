import Desk
import Registry
import Values
import Web

/// The "sunshine board" of a village on one A4 sheet: photo, name and phone of the two people, the
/// hotline, and a QR code that always leads to the village's page, whoever serves it then.
struct BoardPage: Sendable {
    let directory: Directory
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        guard let village = try await directory.current(at: visit.now).village(named: visit["village"])
        else { throw Problem.notFound }
        let day = visit.now.day
        let keys = visit.desk.keys
        let found = try await visit.desk.look(by: visit.actor) { try $0.tx.villagePublic(village.id, on: day, keys: keys) }
        guard let known = found else { throw Problem.notFound }
        let words = visit.words
        let address = "\(visit.desk.settings.publicAddress)/villages/\(village.id)"
        let point: HTML? = known.servicePoints.first.map {
            "<p>\(VillagerParts.chinese($0.name, words)) · \(VillagerParts.chinese($0.address, words))<br>\(VillagerParts.chinese($0.hours, words))</p>"
        }
        return Page(
            words["villagers.board.title"], back: "/villages/\(village.id)", printed: true,
            showsTitle: false,
            body: """
                \(stylesheet)
                <p class="actions"><button class="button" type="button" data-print hidden>\(Icon.print) \(words["villagers.slip.print"])</button></p>
                <article class="sheet"><h1>\(VillagerParts.name(village, words)) · \(words["villagers.board.title"])</h1>
                \(VillagerParts.people(known.servers, visit, dials: false))
                \(point)
                <div class="board-code">\(QRCode(address)?.svg(label: words["villagers.board.qr"]))\
                <div><p><b>\(words["villagers.board.scan"])</b></p><p class="number">95598</p>\
                <p>\(words["villagers.hotline.95598"])</p></div></div>
                <p class="address">\(address)</p>
                <p>\(words("villagers.board.made", ["day": words.day(day)]))</p></article>
                """)
    }
}
