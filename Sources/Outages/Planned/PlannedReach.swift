import Desk
import Grid
import Values

/// What an outage switches off, as the announcement says it.
struct PlannedReach {
    var devices: [PlannedDevice] = []
    var ranges: [Range<Int>] = []
    var line: String
}

extension Work {
    /// - Parameter codes: of devices, several in a line; empty: the whole feeder.
    /// - Throws: `planned-unknown-device` for each that the feeder has not.
    func plannedReach(_ codes: String?, of feeder: FeederInfo) throws -> PlannedReach {
        let codes = (codes ?? "").split(whereSeparator: { "\n\r,，;； \t".contains($0) }).map(String.init)
        if codes.isEmpty { return PlannedReach(ranges: [0..<feeder.customers], line: feeder.name) }
        guard codes.count <= PlannedLimits.devicesMax else {
            throw Problem.invalid("devices", "too-many", ["max": "\(PlannedLimits.devicesMax)"])
        }
        var found = PlannedReach(line: feeder.name)
        var missing: [Problem.Field] = []
        for code in codes {
            guard let device = try tx.device(code: code, feeder: feeder.id) else {
                missing.append(.init("devices", "planned-unknown-device", ["device": String(code.prefix(40))]))
                continue
            }
            found.devices.append(PlannedDevice(id: device.id, code: device.code, name: device.name))
            found.ranges.append(device.positions)
        }
        guard missing.isEmpty else { throw Problem.invalid(missing) }
        let names = found.devices.map { $0.name.isEmpty ? $0.code : $0.name }
        found.line += " " + names.joined(separator: "、")
        return found
    }
}

/// What of some ranges no other takes away.
func without(_ ranges: [Range<Int>], _ others: [Range<Int>]) -> [Range<Int>] {
    others.reduce(ranges) { parts, other in parts.flatMap { without($0, other) } }
}
