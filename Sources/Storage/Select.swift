/// A select that is asked together with others by `Transaction.ask`, which fills it in.
package protocol Select: AnyObject {
    var sql: SQL { get }
    /// Is handed the rows in their order.
    func take(_ row: Row) throws
}

/// A select whose rows are wanted.
///
/// What is done for each row is put together where the rows' type is known: a method of a class that is
/// generic looks the type up for every row.
package final class Rows<T>: Select {
    package let sql: SQL
    @usableFromInline let rows: Kept<T>
    @usableFromInline let each: (Row) throws -> Void
    /// Empty before it was asked.
    @inlinable package var all: [T] { rows.all }

    @inlinable package init(_ sql: SQL, _ map: @escaping (Row) throws -> T) {
        let rows = Kept<T>()
        self.sql = sql
        self.rows = rows
        each = { rows.all.append(try map($0)) }
    }

    package func take(_ row: Row) throws { try each(row) }
}

@usableFromInline final class Kept<T> {
    @usableFromInline var all: [T] = []
    @inlinable init() {}
}
