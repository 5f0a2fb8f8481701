/// What storage can answer instead of a result. The same on both engines.
package enum StorageError: Error, Sendable, Equatable {
    /// A row like this exists; the columns as `table.column, table.column`.
    case unique(String)
    /// A row that is named does not exist, or one that is still named was removed.
    case foreignKey(String)
    /// A value that the schema forbids: the constraint or the column.
    case check(String)
    /// The disk is full; reading still works.
    case full
    /// The database cannot be reached, is busy or is closed: try again later. A write that ends
    /// like this may have happened or not.
    case unavailable(String)
    /// The database was made by a newer program; the migration that this one does not know.
    case newerDatabase(String)
    /// A test asked for it.
    case injected
    /// An error of the program's SQL.
    case sql(String)
}
