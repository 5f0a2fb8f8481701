package import Values

// Reading the common types without a generic call: an unspecialised subscript per column, called
// from another module, cost a list page a seventh of its time.

// Each has a twin that takes NULL: without it, the one that does not would be chosen for an optional.

extension Row {
    package subscript(_ index: Int) -> String {
        let column = column(index)
        guard let value = column.text() else { column.refuse(String.self) }
        return value
    }
    package subscript(_ index: Int) -> String? {
        let column = column(index)
        if let value = column.text() { return value }
        guard column.isNull else { column.refuse(String?.self) }
        return nil
    }
    // Generic by name only: inlined, no type is looked up while rows are read.
    @inlinable package subscript<T>(_ index: Int) -> ID<T> { ID(self[index] as String) }
    @inlinable package subscript<T>(_ index: Int) -> ID<T>? {
        guard let text = self[index] as String? else { return nil }
        return ID(text)
    }
    package subscript(_ index: Int) -> Int {
        let column = column(index)
        guard let value = column.integer() else { column.refuse(Int.self) }
        return Int(value)
    }
    package subscript(_ index: Int) -> Int? {
        let column = column(index)
        if let value = column.integer() { return Int(value) }
        guard column.isNull else { column.refuse(Int?.self) }
        return nil
    }
    package subscript(_ index: Int) -> Int64 {
        let column = column(index)
        guard let value = column.integer() else { column.refuse(Int64.self) }
        return value
    }
    package subscript(_ index: Int) -> Int64? {
        let column = column(index)
        if let value = column.integer() { return value }
        guard column.isNull else { column.refuse(Int64?.self) }
        return nil
    }
    package subscript(_ index: Int) -> Bool {
        let column = column(index)
        guard let value = column.integer() else { column.refuse(Bool.self) }
        return value != 0
    }
    package subscript(_ index: Int) -> Bool? {
        let column = column(index)
        if let value = column.integer() { return value != 0 }
        guard column.isNull else { column.refuse(Bool?.self) }
        return nil
    }
    package subscript(_ index: Int) -> Instant {
        let column = column(index)
        guard let value = column.integer() else { column.refuse(Instant.self) }
        return Instant(milliseconds: value)
    }
    package subscript(_ index: Int) -> Instant? {
        let column = column(index)
        if let value = column.integer() { return Instant(milliseconds: value) }
        guard column.isNull else { column.refuse(Instant?.self) }
        return nil
    }
    package subscript(_ index: Int) -> Code {
        let column = column(index)
        guard let value = column.text() else { column.refuse(Code.self) }
        return Code(stored: value)
    }
    package subscript(_ index: Int) -> Code? {
        let column = column(index)
        if let value = column.text() { return Code(stored: value) }
        guard column.isNull else { column.refuse(Code?.self) }
        return nil
    }

    // Text that is often the same as in the row before: then that one is given back, which costs a look at its
    // bytes instead of a new string.

    package subscript(_ index: Int, like known: String?) -> String {
        if let known, column(index).holds(known) { return known }
        return self[index]
    }
    package subscript(_ index: Int, like known: String?) -> String? {
        if let known, column(index).holds(known) { return known }
        return self[index]
    }
    @inlinable package subscript<T>(_ index: Int, like known: ID<T>?) -> ID<T>? {
        (self[index, like: known?.text] as String?).map { ID($0) }
    }

    private func column(_ index: Int) -> Column {
        Column(source: source, index: Int32(truncatingIfNeeded: index))
    }
}
