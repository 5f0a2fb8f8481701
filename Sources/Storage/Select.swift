/// A select that is asked together with others by `Transaction.ask`, which fills it in.
package protocol Select: AnyObject {
    var sql: SQL { get }
    /// Is handed the rows in their order.
    func take(_ row: Row) throws
}

/// A select whose rows are wanted.
package final class Rows<T>: Select {
    package let sql: SQL
    private let map: (Row) throws -> T
    /// Empty before it was asked.
    package private(set) var all: [T] = []

    package init(_ sql: SQL, _ map: @escaping (Row) throws -> T) {
        self.sql = sql
        self.map = map
    }

    package func take(_ row: Row) throws { all.append(try map(row)) }
}
