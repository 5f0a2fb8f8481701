import Desk
import Values

/// Foundation has a `Unit` of its own.
typealias UnitID = ID<Unit>
