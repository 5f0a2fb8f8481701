package import Desk
package import Storage
package import Values
import Web

/// Queues of work that the program does by itself: what is stuck, since when, and who must look
/// after it.
struct OperationsPage: Sendable {
    let rows: RowWordsTable
    let stylesheet: HTML

    func page(_ visit: Visit) async throws -> Page {
        let now = visit.now
        let queues = try await visit.desk.look(by: visit.actor, at: now) { try $0.tx.allQueues(at: now) }
        let words = visit.words
        let stuck = queues.filter(\.isStuck)
        let lead: HTML =
            stuck.isEmpty
            ? "<p class=\"banner\">\(Icon.done) \(words["operations.fine"])</p>"
            : "<p class=\"ring\" role=\"alert\">\(Icon.danger) \(words("operations.stuck", ["n": "\(stuck.count)"]))</p>"
        let sorted = stuck + queues.filter { !$0.isStuck }
        let table: [HTML] = sorted.map { row($0, visit) }
        let heads: [HTML] = ["queue", "waiting", "oldest", "alarm", "owner"].map {
            "<th scope=\"col\">\(words["operations.\($0)"])</th>"
        }
        return Page(
            words["operations.title"], wide: true,
            body: """
                \(stylesheet)\(lead)
                <table class="stack"><thead><tr>\(heads)</tr></thead><tbody>\(table)</tbody></table>
                <p class="quiet">\(words["operations.more"])</p>
                """)
    }

    private func row(_ queue: QueueState, _ visit: Visit) -> HTML {
        let words = visit.words
        let span = rows[visit.language]
        return """
            <tr class="\(queue.isStuck ? "stuck" : "")"><th scope="row">\(words["queue.\(queue.name)"])</th>
            <td data-label="\(words["operations.waiting"])">\(queue.waiting)\(queue.waiting >= 1000 ? "+" as HTML : nil)</td>
            <td data-label="\(words["operations.oldest"])">\(queue.waiting == 0 ? "–" : span.span(queue.oldestSeconds / 60))</td>
            <td data-label="\(words["operations.alarm"])">\(span.span(queue.alarmAfterSeconds / 60))</td>
            <td data-label="\(words["operations.owner"])">\(words["role.\(queue.owner.rawValue)"])</td></tr>
            """
    }
}
