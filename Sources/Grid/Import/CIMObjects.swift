import Foundation

#if canImport(FoundationXML)
import FoundationXML
#endif

/// The objects of a CIM file (RDF/XML of IEC 61970-552, profiles IEC 61968-13 and CGMES) that a
/// distribution network is made of; everything else is passed over while it is read.
struct CIMObjects {
    struct Object {
        let kind: String
        /// Values by property without its class: `name`, `normalOpen`, `ratedS`.
        var texts: [String: String] = [:]
        /// Ids of other objects by property.
        var links: [String: String] = [:]
        let line: Int
    }

    private(set) var objects: [String: Object] = [:]
    /// In the order of the file, by class.
    private(set) var ids: [String: [String]] = [:]
    /// Profiles that the header names; tell the unit of lengths.
    private(set) var profiles: [String] = []

    subscript(_ id: String?) -> Object? { id.flatMap { objects[$0] } }
    func all(_ kinds: String...) -> [(id: String, object: Object)] {
        kinds.flatMap { kind in (ids[kind] ?? []).compactMap { id in objects[id].map { (id, $0) } } }
    }

    /// More objects than these are not read: a million customers with their terminals fit.
    static let mostObjects = 8_000_000
    static let mostDepth = 16
    static let longestText = 1024

    /// - Throws: `Unreadable`, with the line.
    static func read(_ data: Data) throws -> CIMObjects {
        if let refusal = prologRefusal(data) { throw refusal }
        let reader = CIMReading()
        let parser = XMLParser(data: data)
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        let isWhole = parser.parse()
        if let refusal = reader.refusal { throw refusal }
        // A file that was cut off counts as parsed; its elements are still open.
        guard isWhole, reader.isClosed else { throw Unreadable(line: parser.lineNumber, code: "network-xml-broken") }
        return reader.found
    }

    /// A network file needs no document type, so none is read and no entity is ever expanded. It can
    /// only stand before the first element.
    private static func prologRefusal(_ data: Data) -> Unreadable? {
        var line = 1
        var mark: UInt8?
        for byte in data {
            if byte == 0 { return Unreadable(line: line, code: "network-not-utf8") }
            if byte == 10 { line += 1 }
            // `<!D…` begins a document type, `<!--` a comment, `<?` an instruction, `<r…` the root.
            if mark == 33 {
                if byte != 45 { return Unreadable(line: line, code: "network-xml-doctype") }
                mark = nil
            } else if mark == 60 {
                if byte != 33, byte != 63 { return nil }
                mark = byte == 33 ? 33 : nil
            } else if byte == 60 {
                mark = 60
            }
        }
        return nil
    }

    struct Unreadable: Error {
        let line: Int
        /// `network-xml-broken`, `network-xml-doctype`, `network-xml-deep`, `network-too-large`, `network-xml-twice`
        let code: String
    }

    fileprivate mutating func add(_ id: String, _ object: Object) -> Bool {
        guard objects.updateValue(object, forKey: id) == nil else { return false }
        ids[object.kind, default: []].append(id)
        return true
    }

    fileprivate mutating func set(_ id: String, _ change: (inout Object) -> Void) {
        guard objects[id] != nil else { return }
        change(&objects[id]!)
    }

    fileprivate mutating func addProfile(_ text: String) { profiles.append(text) }

    /// Classes that are kept.
    fileprivate static let kinds: Set<String> = [
        "Substation", "Feeder", "ConnectivityNode", "TopologicalNode", "Terminal", "ACLineSegment", "PowerTransformer",
        "PowerTransformerEnd", "Breaker", "LoadBreakSwitch", "Disconnector", "Fuse", "Switch", "Recloser", "Jumper",
        "BusbarSection", "EnergySource", "ExternalNetworkInjection", "EnergyConsumer", "ConformLoad", "NonConformLoad",
        "UsagePoint", "Location", "PositionPoint", "CoordinateSystem", "Name", "NameType", "PSRType", "BaseVoltage",
    ]
}

/// Follows the events of the parser; a class only because the parser wants one.
private final class CIMReading: NSObject, XMLParserDelegate {
    var found = CIMObjects()
    var refusal: CIMObjects.Unreadable?
    private var depth = 0
    private var current: String?
    private var isHeader = false
    private var property: String?
    private var text = ""
    /// Every element that began has ended.
    var isClosed: Bool { depth == 0 && hasRoot }
    private var hasRoot = false

    private func refuse(_ parser: XMLParser, _ code: String) {
        if refusal == nil { refusal = .init(line: parser.lineNumber, code: code) }
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        depth += 1
        hasRoot = true
        guard depth <= CIMObjects.mostDepth else { return refuse(parser, "network-xml-deep") }
        let local = String(name.drop { $0 != ":" }.dropFirst())
        if depth == 2 { return start(parser, local.isEmpty ? name : local, attributes) }
        guard depth == 3, current != nil || isHeader else { return }
        // `cim:IdentifiedObject.name`: the part behind the dot is enough, save for `Terminal`s of ends.
        property = local.split(separator: ".").last.map(String.init)
        text = ""
        if let current, let link = attributes["rdf:resource"], let property {
            let target = Self.id(link)
            found.set(current) { $0.links[property] = target }
            self.property = nil
        }
    }

    private func start(_ parser: XMLParser, _ kind: String, _ attributes: [String: String]) {
        current = nil
        isHeader = kind == "FullModel"
        guard CIMObjects.kinds.contains(kind) else { return }
        guard let raw = attributes["rdf:ID"] ?? attributes["rdf:about"] else { return }
        guard found.objects.count < CIMObjects.mostObjects else { return refuse(parser, "network-too-large") }
        let id = Self.id(raw)
        let isNew = found.add(id, .init(kind: kind, line: parser.lineNumber))
        // `rdf:about` adds to an object that another part of the model has described.
        guard isNew || attributes["rdf:ID"] == nil else { return refuse(parser, "network-xml-twice") }
        current = id
    }

    func parser(_ parser: XMLParser, foundCharacters part: String) {
        guard property != nil, text.utf8.count < CIMObjects.longestText else { return }
        text += part
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        depth -= 1
        if depth == 2, let property {
            let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if isHeader {
                if property == "profile" { found.addProfile(value) }
            } else if let current {
                found.set(current) { $0.texts[property] = value }
            }
            self.property = nil
        }
        if depth == 1 { current = nil }
    }

    /// `#_4f…`, `_4f…` and `urn:uuid:4f…` are the same id.
    static func id(_ raw: String) -> String {
        var text = Substring(raw)
        if let hash = text.lastIndex(of: "#") { text = text[text.index(after: hash)...] }
        if text.hasPrefix("urn:uuid:") { text = text.dropFirst("urn:uuid:".count) }
        if text.hasPrefix("_") { text = text.dropFirst() }
        return String(text)
    }
}
