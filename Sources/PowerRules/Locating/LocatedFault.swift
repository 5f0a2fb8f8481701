package import Values

/// What a located fault rests on and where it is likely to be.
package struct LocatedFault: Sendable, Equatable {
    /// The lowest edge whose customers include all that reported: a number of the `NetworkTree`.
    package let edge: Int
    /// Edges with exactly the same customers, from the source downwards: no report can tell them
    /// from `edge`.
    package let sameCustomers: [Int]
    /// How likely it is that the fault is at `edge` or at one of `sameCustomers`, 0...1; for a
    /// single house: that it is this house's connection or one of these edges.
    package let probability: Double
    /// Positions of the customers who reported, ascending.
    package let reported: [Int]
    /// Reports of which only the area is known.
    package let areaReports: Int
    /// Only one house is known to be dark.
    package let isSingleHouse: Bool
    /// When the first and the last of its reports were made.
    package let first: Instant
    package let last: Instant
    /// Everybody whom `edge` feeds.
    package let affected: Range<Int>
}

/// The numbers with which faults are located. They were chosen by trying every edge of the two rural
/// networks with every kind of incomplete reports (docs/rules/locate.md).
package struct LocatingPolicy: Sendable, Equatable {
    /// A silence longer than this separates two incidents; nil: reports stay until they are taken
    /// back, however old.
    package var longestSilenceMinutes: Int? = 90
    /// So few reports are one fault, wherever they come from.
    package var fewReports = 3
    /// How likely it is beforehand that a given edge fails.
    package var edgeFault = 1e-3
    /// The same where all its customers reported, when they are two or more.
    package var completeFault = 2e-2
    /// The same for the connection of one house.
    package var houseFault = 1e-6
    /// How much likelier than at the line above the cause of one person's report is at their own
    /// connection; a meter's signal counts once.
    package var houseForPerson = 4.0
    /// How likely a report without any outage is.
    package var falseReport = 0.02
    /// Reports of about half of an edge's customers are one fault. Of a higher edge's customers: only
    /// where there are at most e to the power of this sets of that size.
    package var halfCoincidence = 18.0

    package init() {}
}
